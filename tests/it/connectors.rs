//! The edges of a run: tables as real exports have them, mails that are the same bytes each time,
//! and the folder that they are put into.

use std::collections::BTreeSet;
use std::fs;

use crate::support::read;
use flow::base::Timestamp;
use flow::connector::csv::{self, Row};
use flow::connector::outbox::{Fields, Mail, Outbox, json};

/// The headers and rows of a table that can be read.
fn sheet(bytes: &[u8]) -> (Vec<String>, Vec<Row>) {
    let sheet = csv::read(bytes).expect("the table has headers");
    (sheet.headers, sheet.rows.collect())
}

/// The rows as lines of `NUMBER: CELL|CELL`, or `NUMBER! REASON`.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    check_bytes(text.as_bytes(), expected);
}

#[track_caller]
fn check_bytes(bytes: &[u8], expected: &[&str]) {
    let shown = sheet(bytes).1.into_iter().map(|row| match row.cells {
        Ok(cells) => format!("{}: {}", row.number, cells.join("|")),
        Err(reason) => format!("{}! {reason}", row.number),
    });
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

#[track_caller]
fn refused(bytes: &[u8], expected: &str) {
    assert_eq!(csv::read(bytes).err().as_deref(), Some(expected));
}

#[test]
fn quotes_commas_and_line_breaks_stand_in_cells() {
    check(
        "a,b\n\"x, \"\"y\"\"\",\"one\ntwo\"\n\n  Zoë ,\n",
        &["2: x, \"y\"|one\ntwo", "5: Zoë|"],
    );
}

#[test]
fn line_ends_of_every_system_are_counted() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "1,2", "\"x", "y\",3", "", "4,5", ""].join(end);
        let middle = format!("3: x{end}y|3");
        check(&text, &["2: 1|2", &middle, "6: 4|5"]);
    }
}

#[test]
fn the_byte_order_mark_is_no_part_of_a_header() {
    let (headers, rows) = sheet("\u{feff}\"E-mail\",City\na,Ålesund\n".as_bytes());
    assert_eq!(headers, ["E-mail", "City"]);
    assert_eq!(rows.len(), 1);
}

#[test]
fn the_delimiter_is_the_one_of_the_headers() {
    check("\"a,b\";c\n1,5;2\n", &["2: 1,5|2"]);
    check("a\tb\n1,5\t2;3\n", &["2: 1,5|2;3"]);
    check("a\n1;2\n", &["2: 1;2"]);
}

#[test]
fn a_bad_row_stops_no_other() {
    check_bytes(
        b"a,b\n1,2\n3,4,5\n\xff,6\n7,8\n",
        &[
            "2: 1|2",
            "3! it has 3 cells where the header has 2: a cell that holds the separator needs quotes around it",
            "4! cell 1 is not UTF-8: save the file as UTF-8",
            "5: 7|8",
        ],
    );
}

#[test]
fn an_open_quote_swallows_one_row_only() {
    let reason = "a quote in it is not closed: close it, or write two for one";
    let (second, fourth) = (format!("2! {reason}"), format!("4! {reason}"));
    check("a,b\n\"1,2\n3,4\n5,6\n", &[&second, "3: 3|4", "4: 5|6"]);
    check(
        "a,b\n\"1,2\n3,4\n\"5, 6\",7\n",
        &[&second, "3: 3|4", "4: 5, 6|7"],
    );
    check("a,b\n1,2\n3,4\n5,\"6\n", &["2: 1|2", "3: 3|4", &fourth]);
}

#[test]
fn many_open_quotes_take_no_more_than_their_share_of_time() {
    let text = format!("a,b\n{}", "\"\"\"1,2\n".repeat(20_000));
    let (_, rows) = sheet(text.as_bytes());
    assert!(rows.iter().all(|row| row.cells.is_err()));
}

#[test]
fn a_cell_may_hold_a_megabyte() {
    let cell = "x, ".repeat(350_000);
    let text = format!("a,b\n\"{cell}\",1\n2,3\n");
    let (_, rows) = sheet(text.as_bytes());
    let first = rows[0].cells.as_ref().expect("the row is good");
    assert_eq!(first[0].len(), cell.trim().len());
    assert_eq!(rows[1].number, 3);
}

#[test]
fn rows_without_text_are_left_out() {
    check("a,b\n,\n\n , \n1,\n,,\n", &["5: 1|", COUNT_OF_THREE]);
    check("a,b\n", &[]);
    check("a,b", &[]);
}

const COUNT_OF_THREE: &str = "6! it has 3 cells where the header has 2: a cell that holds the separator needs quotes around it";

#[test]
fn a_table_without_usable_headers_is_refused() {
    let empty = "the file is empty: its first line names the columns";
    refused(b"", empty);
    refused(b"\xef\xbb\xbf\r\n\r\n", empty);
    refused(b"\xff\xfea\0", "the file is UTF-16: save it as UTF-8");
    refused(
        b"a, ,b\n",
        "column 2 has no header: give it one, or take the column out",
    );
    refused(
        b"City,City\n",
        "two columns have the header `City`: rename one of them",
    );
    refused(
        b"E-mail,e mail\n",
        "the headers `E-mail` and `e mail` both mean `e_mail`: rename one of them",
    );
    refused(
        b"a,\"b\n",
        "the line of headers cannot be read: a quote in it is not closed: close it, or write two for one",
    );
    assert!(csv::read(b"#,%\n1,2\n").is_ok());
}

#[test]
fn a_header_becomes_the_name_of_a_column() {
    for (header, name) in [
        ("E-mail", "e_mail"),
        ("First name", "first_name"),
        (" Größe (cm) ", "gr_e_cm"),
        ("__ID__", "id"),
        ("#", ""),
    ] {
        assert_eq!(csv::column_name(header), name);
    }
}

#[test]
fn the_list_of_the_example_is_as_its_readme_says() {
    let (headers, rows) = sheet(read("examples/webinar/contacts.csv").as_bytes());
    let names: Vec<String> = headers
        .iter()
        .map(|header| csv::column_name(header))
        .collect();
    assert_eq!(
        names.get(..4).expect("four"),
        ["e_mail", "first_name", "last_name", "city"]
    );
    assert_eq!(rows.len(), 202);
    let good = rows.iter().filter_map(|row| row.cells.as_ref().ok());
    assert_eq!(good.clone().count(), 201);
    assert_eq!(good.filter(|cells| !cells[0].contains('@')).count(), 1);
}

fn mail(key: &str) -> Mail {
    Mail {
        key: key.into(),
        date: "2026-03-05T14:00:00Z".parse().expect("a moment"),
        from: None,
        to: "ada@acme.example".into(),
        reply_to: None,
        subject: "Soon: a webinar".into(),
        text: Some("Hi Ada,\n\nwe start in an hour.\n".into()),
        html: None,
    }
}

fn written(mail: &Mail) -> String {
    let bytes = mail.bytes().expect("the mail is good");
    String::from_utf8(bytes).expect("a mail is ASCII")
}

#[test]
fn a_mail_is_readable() {
    assert_eq!(
        written(&mail("k")),
        "From: flow@localhost\r\n\
         To: ada@acme.example\r\n\
         Subject: Soon: a webinar\r\n\
         Date: Thu, 05 Mar 2026 14:00:00 +0000\r\n\
         Message-ID: <3b0fcaeb8f3c8b7d1273a69a8ea943e5@localhost>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 7bit\r\n\
         \r\n\
         Hi Ada,\r\n\r\nwe start in an hour.\r\n\r\n"
    );
}

#[test]
fn the_same_mail_gives_the_same_bytes() {
    let both = |key: &str| Mail {
        html: Some("<p>Hi Ada</p>".into()),
        ..mail(key)
    };
    for make in [mail as fn(&str) -> Mail, both] {
        assert_eq!(written(&make("a")), written(&make("a")));
        assert_ne!(written(&make("a")), written(&make("b")));
    }
    let (a, b) = (mail("a"), mail("b"));
    assert_ne!(a.message_id(), b.message_id());
    assert!(written(&a).contains(&a.message_id().expect("an address")));
}

#[test]
fn a_mail_in_two_forms_has_both() {
    let text = written(&Mail {
        html: Some("<p>Hi <b>Ada</b></p>".into()),
        from: Some("Zoë Ångström <zoe@acme.example>".into()),
        reply_to: Some("sales@acme.example".into()),
        ..mail("k")
    });
    let boundary = text.split("boundary=\"").nth(1).expect("a boundary");
    let boundary = boundary.split('"').next().expect("its end");
    assert_eq!(text.matches(&format!("--{boundary}")).count(), 3);
    assert!(text.contains("multipart/alternative"));
    let plain = text.find("text/plain").expect("plain text");
    assert!(plain < text.find("text/html").expect("HTML"));
    assert!(text.contains("<p>Hi <b>Ada</b></p>"));
    assert!(text.contains("\r\nReply-To: sales@acme.example\r\n"));
    assert!(text.contains("@acme.example>\r\nReply-To: sales@"));
}

#[test]
fn umlauts_and_long_lines_are_encoded() {
    let text = written(&Mail {
        subject: format!("Grüße aus Ærø {}", "und mehr ".repeat(30)),
        text: Some(format!("Zoë {}\n", "long ".repeat(400))),
        ..mail("k")
    });
    assert!(text.is_ascii());
    assert!(text.contains("Subject: =?utf-8?b?"));
    assert!(text.contains("Content-Transfer-Encoding: quoted-printable"));
    assert!(text.contains("Zo=C3=AB"));
    assert!(text.lines().all(|line| line.len() <= 78), "{text}");
}

#[test]
fn a_subject_begins_no_header() {
    let text = written(&Mail {
        subject: "Hi\r\nBcc: eve@evil.example\n\nbody\u{0}".into(),
        ..mail("k")
    });
    assert!(text.contains("Subject: Hi  Bcc: eve@evil.example  body \r\n"));
    assert_eq!(text.matches("\r\nBcc").count(), 0);
}

#[test]
fn a_bad_address_is_told_in_words() {
    let to = |address: &str| Mail {
        to: address.into(),
        ..mail("k")
    };
    for bad in [
        "ada",
        "ada@",
        "@acme.example",
        "",
        "a@b.example, c@d.example",
    ] {
        let expected = format!("`{bad}` is no mail address: write it as `name@example.com`");
        assert_eq!(to(bad).bytes(), Err(expected));
    }
    assert_eq!(
        to("ada@acme.example\r\nBcc: eve@evil.example").bytes(),
        Err(
            "`ada@acme.example  Bcc: eve@evil.example` is no mail address: it has line breaks"
                .into()
        )
    );
    let early = Mail {
        date: Timestamp::MIN,
        ..mail("k")
    };
    assert!(early.bytes().is_err());
}

#[test]
fn an_action_is_readable_json_in_its_order() {
    let mut fields = Fields::default();
    fields.put("subject", "Call Zoë");
    fields.put("minutes", 45);
    fields.put("owner", None::<String>);
    assert_eq!(
        String::from_utf8(json("create_task", &fields)).expect("UTF-8"),
        "{\n  \"action\": \"create_task\",\n  \"subject\": \"Call Zoë\",\n  \
         \"minutes\": 45,\n  \"owner\": null\n}\n"
    );
}

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn outbox() -> (tempfile::TempDir, Outbox) {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("out").join("box");
    (folder, Outbox { dir })
}

fn names(outbox: &Outbox) -> BTreeSet<String> {
    let entries = fs::read_dir(&outbox.dir).expect("the folder is there");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries
        .map(|entry| name(entry.expect("an entry")))
        .collect()
}

#[test]
fn a_file_is_put_whole() {
    let (_folder, outbox) = outbox();
    let name = format!("{KEY}.eml");
    let path = outbox.dir.join(&name);
    outbox.put(&name, b"one").expect("it is written");
    assert_eq!(fs::read(&path).expect("it is there"), b"one");
    outbox.put(&name, b"two").expect("it is written again");
    assert_eq!(fs::read(&path).expect("it is there"), b"two");
    assert_eq!(names(&outbox), BTreeSet::from([name]));
    for bad in ["", "..", "../x.eml", "a/b.eml"] {
        assert!(outbox.put(bad, b"").is_err(), "{bad}");
    }
}

#[test]
fn an_equal_file_is_left_alone() {
    let (_folder, outbox) = outbox();
    outbox.put("a.json", b"one").expect("it is written");
    let path = outbox.dir.join("a.json");
    let mut rights = fs::metadata(&path).expect("it is there").permissions();
    rights.set_readonly(true);
    fs::set_permissions(&path, rights).expect("it can be closed");
    let before = fs::metadata(&path).and_then(|data| data.modified());
    outbox.put("a.json", b"one").expect("nothing is written");
    let after = fs::metadata(&path).and_then(|data| data.modified());
    assert_eq!(before.expect("a time"), after.expect("a time"));
    assert!(
        fs::metadata(&path)
            .expect("it is there")
            .permissions()
            .readonly()
    );
}

#[test]
fn files_of_an_earlier_run_are_removed_and_foreign_ones_kept() {
    let (_folder, outbox) = outbox();
    outbox.clear().expect("no folder yet");
    let other = KEY.replace('0', "f");
    let ours = [
        format!("{other}.eml"),
        format!("{KEY}.json"),
        format!("{other}.eml.part"),
    ];
    let foreign = [
        "notes.json",
        "0123.eml",
        "readme.txt",
        &format!("{other}.txt"),
    ];
    let all = ours.iter().map(String::as_str).chain(foreign);
    for name in all {
        outbox.put(name, b"x").expect("it is written");
    }
    let folder = outbox.dir.join(format!("{}.json", KEY.replace('1', "e")));
    fs::create_dir(&folder).expect("a folder of such a name");
    outbox.clear().expect("it is swept");
    let left = names(&outbox);
    assert!(foreign.iter().all(|name| left.contains(*name)));
    assert!(folder.is_dir());
    assert_eq!(left.len(), 5);
    let to = Outbox {
        dir: outbox.dir.with_extension("new"),
    };
    outbox.hand_over(&to).expect("it is moved");
    outbox.clear().expect("it is empty");
    assert!(!outbox.dir.exists());
    assert_eq!(names(&to), left);
}
