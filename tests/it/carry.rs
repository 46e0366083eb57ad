//! What becomes of actions: mails and tasks as files of the outbox, and what
//! cannot be one. How a mail is written is tested in `connectors`.

use std::fs;

use serde_json::Value;

use crate::cli_support::Folder;

const PROGRAM: &str = r#"
object contact {
  email: email unique required
  city: string
  owner: one user
}
object user { name: string unique, email: email }
message hello on contact { subject: "Hello", text: "From {city}.", html: "<p>{city}</p>" }
workflow act on contact {
  enroll when city is known and owner is known
  steps {
    do send_email { to: email, message: hello, subject: "Hi there", reply_to: "kim@example.com" } as mail
    do create_task { subject: "Call {email}", to: owner } as task
    do http { url: "https://api.example.com/", headers: { "X-Key": secret(api), "Authorization": "Bearer {secret(api)}" }, json: { city: city } } as answer
    do log { text: "{task.task_id ?? "none"}, {answer.status ?? 0}" }
    do notify { to: owner, text: "Look at {email}" }
  }
}
"#;

const REPLAY: &str = r#"
{"at": "2026-03-02T08:00:00Z", "create": {"contact": {"email": "ada@example.com", "city": "Oslo"}}}
{"at": "2026-03-02T08:00:00Z", "create": {"user": {"name": "Kim"}}}
{"at": "2026-03-02T08:00:01Z", "link": {"record": {"contact": {"email": "ada@example.com"}}, "as": "owner", "with": {"user": {"name": "Kim"}}}}
"#;

fn ran() -> (Folder, String) {
    let folder = Folder::with_secret(PROGRAM, "api");
    folder.write("r.jsonl", REPLAY.as_bytes());
    let run = folder.flow(&["run", "-r", "r.jsonl", "--until", "2026-03-30"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    (folder, run.out)
}

/// The files of the outbox that end so.
fn outbox(folder: &Folder, ending: &str) -> Vec<String> {
    let files = fs::read_dir(folder.path().join(".flow/outbox")).expect("an outbox");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let paths = paths
        .iter()
        .filter(|path| path.extension().is_some_and(|own| own == ending));
    paths
        .map(|path| fs::read_to_string(path).expect("text"))
        .collect()
}

// proves: A1, A6
#[test]
fn a_mail_is_that_of_the_message_but_for_what_the_step_says() {
    let (folder, _) = ran();
    let mails = outbox(&folder, "eml");
    assert_eq!(mails.len(), 1);
    for part in [
        "To: ada@example.com\r\n",
        "Reply-To: kim@example.com\r\n",
        "Subject: Hi there\r\n",
        "Date: Mon, 02 Mar 2026 08:00:01 +0000\r\n",
        "From Oslo.",
        "<p>Oslo</p>",
    ] {
        assert!(mails[0].contains(part), "no {part:?} in\n{}", mails[0]);
    }
}

// proves: A1, A2, A6
#[test]
fn tasks_and_requests_are_json_and_secrets_keep_their_names() {
    let (folder, out) = ran();
    let files = outbox(&folder, "json");
    let find = |action: &str| -> Value {
        let all = files
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).expect("json"));
        all.into_iter()
            .find(|file| file["action"] == action)
            .expect("a file")
    };
    let task = find("create_task");
    assert_eq!(
        (&task["subject"], &task["to"]),
        (&"Call ada@example.com".into(), &"Kim".into())
    );
    let request = find("http");
    assert_eq!(
        (&request["json"]["city"], &request["sent"]),
        (&"Oslo".into(), &false.into())
    );
    assert_eq!(request["headers"]["X-Key"], "secret(api)");
    assert_eq!(request["headers"]["Authorization"], "Bearer secret(api)");
    assert!(out.contains("http 1 (written, not sent)"), "{out}");
    let history = folder.flow(&["history", "ada@example.com"]).out;
    let answer = format!("{}, 0", task["id"].as_str().expect("an id"));
    assert!(history.contains(&answer), "{history}");
}

#[test]
fn a_notice_without_an_address_fails() {
    let (folder, out) = ran();
    assert!(out.contains("notify 1 (1 failed)"), "{out}");
    let history = folder.flow(&["history", "ada@example.com"]).out;
    assert!(
        history.contains("the record has no `email` that is known"),
        "{history}"
    );
}
