//! The bundled packages: what they declare compiles, a project uses them, adds to them, and is told
//! where it goes against them. What their events do when they happen is tested with the engine.

use std::fmt::Write;

use flow::compile::{Compilation, compile};
use flow::diagnostic::{Code, Findings, render};
use flow::model::{PACKAGES, Package};
use flow::plan::export;
use flow::project::{Project, load, unpack};

use crate::cli_support::Folder;
use crate::findings::fixed;
use crate::support::{read, repo_root};

/// A project with some packages and a text.
fn project(packages: &[&str], program: &str) -> Project {
    let uses: Vec<String> = packages.iter().map(|name| format!("{name:?}")).collect();
    let uses = uses.join(", ");
    let manifest = format!("[project]\nname = \"acme\"\nedition = 1\nuse = [{uses}]\n");
    let folder = Folder::new(&[("flow.toml", &manifest), ("main.flow", program)]);
    let project = load(folder.path()).expect("a project");
    assert!(project.findings.is_empty(), "{:?}", project.findings);
    project
}

fn compiled(project: &Project) -> Compilation {
    compile(&project.sources, &project.files, &project.settings)
}

/// The findings, each with its code and what is underlined.
fn found(project: &Project, findings: &Findings) -> Vec<String> {
    let row = |finding: &flow::diagnostic::Finding| {
        let span = finding.primary.span;
        let name = project.sources.get(span.source).name();
        let file = name.rsplit('/').next().unwrap_or(name);
        let text = project.sources.slice(span);
        format!("{file} {} `{text}`: {}", finding.code, finding.message)
    };
    findings.iter().map(row).collect()
}

/// What is found in a project with some packages and a text.
#[track_caller]
fn finds(packages: &[&str], program: &str, expected: &[&str]) {
    let project = project(packages, program);
    assert_eq!(found(&project, &compiled(&project).findings), expected);
}

/// A contact of the project's own.
const CONTACT: &str = "object contact {\n  email: email unique required\n}\n";

#[test]
fn every_package_compiles_alone_and_with_all_others() {
    let all: Vec<&str> = PACKAGES.iter().map(|package| package.name).collect();
    finds(&all, "", &[]);
    for package in &all {
        if *package == "crm" {
            finds(&[package], "", &[]);
        } else {
            finds(&[package, "crm"], "", &[]);
            finds(&[package], CONTACT, &[]);
        }
    }
}

#[test]
fn projects_with_packages_compile_without_findings() {
    for package in PACKAGES {
        let name = package.name;
        let folder = format!("tests/corpus/packages/{name}");
        let project = load(&repo_root().join(&folder)).expect("a project");
        let compilation = compiled(&project);
        let shown = render::concise::render(&compilation.findings, &project.sources);
        assert!(compilation.findings.is_empty(), "{shown}");
        let program = compilation.program.expect("a program");
        let mut text = format!("── source\n{}", read(&format!("{folder}/main.flow")));
        for workflow in program.workflows() {
            let shown = export::text::render(&program, workflow);
            write!(text, "── {}\n{shown}", workflow.name()).expect("text");
        }
        insta::with_settings!({
            snapshot_path => repo_root().join("snapshots/packages"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, { insta::assert_snapshot!(name, text) });
    }
}

#[test]
fn every_declaration_of_a_package_says_what_it_is() {
    for Package { name, text } in PACKAGES {
        assert!(text.starts_with("// "), "{name} says nothing of itself");
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2) {
            let declares = ["object ", "event ", "action "];
            if declares.iter().any(|word| pair[1].starts_with(word)) {
                assert!(pair[0].starts_with("/// "), "{name}: `{}`", pair[1]);
            }
        }
    }
}

#[test]
fn a_package_of_events_needs_a_contact() {
    let lacks = "flow.toml F0604 `\"web\"`: package `web` needs the object `contact`";
    finds(&["web"], "", &[lacks]);
    // One cause is one finding.
    finds(&["web", "zoom", "email"], "", &[lacks]);
    let project = project(&["web", "zoom"], "");
    let findings = compiled(&project).findings;
    let manifest = project.sources.get(project.manifest).text();
    let mended = fixed(manifest, &findings);
    assert!(
        mended.contains("use = [\"crm\", \"web\", \"zoom\"]"),
        "{mended}"
    );
    assert!(
        findings
            .iter()
            .all(|finding| finding.code == Code::PackageNeedsObject)
    );
    // A contact that could not be read is told of once.
    let broken = "object contact { email: }\nworkflow w on contact { steps {} }\n";
    let found = compiled(&self::project(&["web"], broken)).findings;
    assert!(
        found
            .iter()
            .all(|finding| finding.code != Code::PackageNeedsObject)
    );
}

#[test]
fn what_a_package_declares_is_not_declared_again() {
    finds(
        &["crm", "web"],
        "object contact {\n  email: email unique\n  shoe_size: number\n}\n\
         event page_viewed on contact { url: url }\n\
         workflow w on contact { enroll when shoe_size > 40 steps {} }\n",
        &[
            "main.flow F0605 `contact`: package `crm` declares the object `contact` already",
            "main.flow F0605 `page_viewed`: package `web` declares the event `page_viewed` already",
        ],
    );
    let text = "object contact {\n  shoe_size: number\n}\n";
    let project = project(&["crm"], text);
    let mended = fixed(text, &compiled(&project).findings);
    assert_eq!(mended, format!("extend {text}"));
    finds(&["crm"], &mended, &[]);
}

#[test]
fn attributes_of_packages_are_told_where_the_project_has_them_too() {
    // Before and after the package, as property, association, and other end.
    finds(
        &["crm", "web"],
        "extend object contact {\n  consent: bool\n  city: string\n  leads: many deal\n}\n\
         extend object user {\n  calls: number\n}\n\
         object machine {\n  keeper: one contact inverse deals\n}\n",
        &[
            "main.flow F0605 `consent`: package `web` declares `contact.consent` already",
            "main.flow F0605 `city`: package `crm` declares `contact.city` already",
            "main.flow F0605 `leads`: package `crm` declares `contact.leads` already",
            "main.flow F0605 `calls`: package `crm` declares `user.calls` already",
            "main.flow F0605 `deals`: package `crm` declares `contact.deals` already",
        ],
    );
    finds(
        &["web"],
        "object contact {\n  consent: bool\n}\n",
        &["main.flow F0605 `consent`: package `web` declares `contact.consent` already"],
    );
}

#[test]
fn what_an_unused_package_declares_is_offered() {
    let project = project(
        &["web"],
        "object contact { email: email }\n\
         workflow a on contact { enroll on email_opened steps {} }\n\
         workflow b on deal { steps {} }\n\
         workflow c on contact { steps { do zoom.add_registrant { webinar_id: \"1\" } } }\n",
    );
    let findings = compiled(&project).findings;
    let help: Vec<&str> = findings
        .iter()
        .filter_map(|finding| finding.help.as_deref())
        .collect();
    assert_eq!(
        help,
        [
            "package `email` declares it: add `\"email\"` to `use` below `[project]` in flow.toml",
            "package `crm` declares it: add `\"crm\"` to `use` below `[project]` in flow.toml",
            "package `zoom` declares it: add `\"zoom\"` to `use` below `[project]` in flow.toml",
        ]
    );
}

/// What the events of mails are about, and a workflow that sends one of two.
const MAILS: &str = "\
message welcome on contact { subject: \"Welcome\" }
message reminder on contact { subject: \"Still there?\" }
workflow greet on contact {
  enroll on created
  steps { do send_email { to: email, message: welcome } }
}
";

/// S1.29: the mail must have been sent.
#[test]
fn a_trigger_on_a_message_that_nobody_sends_is_a_warning() {
    let trigger = |trigger: &str| {
        format!(
            "{MAILS}workflow w on contact {{ enroll on {trigger} steps {{ set score = 1 }} }}\n"
        )
    };
    let warned = ["main.flow F0606 `reminder`: no workflow sends `reminder`"];
    let finds = |program: &str, expected: &[&str]| {
        let project = project(&["crm", "email"], program);
        let mut findings = compiled(&project).findings;
        findings.retain(|finding| finding.code == Code::MessageNeverSent);
        assert_eq!(found(&project, &findings), expected, "{program}");
    };
    finds(&trigger("email_opened where message == reminder"), &warned);
    finds(
        &trigger("email_clicked where message in (welcome, reminder) and url contains \"x\""),
        &warned,
    );
    finds(&trigger("email_opened where message == welcome"), &[]);
    finds(&trigger("email_opened where message != reminder"), &[]);
    finds(&trigger("email_opened"), &[]);
    // Waits, questions about the past and tests ask the same.
    let body = |steps: &str| {
        format!("{MAILS}workflow w on contact {{ enroll on created steps {{ {steps} }} }}\n")
    };
    finds(
        &body("wait for email_opened where message == reminder max 3 days"),
        &warned,
    );
    finds(
        &body("branch { case when happened email_opened where (message == reminder) { stop } }"),
        &warned,
    );
    let again = "workflow w on contact { enroll on created \
                 reenroll on email_opened where message == reminder steps {} }\n";
    finds(&format!("{MAILS}{again}"), &warned);
    let segment =
        "segment readers on contact when happened email_opened where (message == reminder)\n";
    finds(&format!("{MAILS}{segment}"), &warned);
    let test = "test \"opens\" {\n  at 2026-01-05T09:00\n  \
                given contact ada { email: \"ada@example.com\" }\n  \
                when ada does email_opened { message: reminder }\n}\n";
    finds(&format!("{}{test}", body("stop")), &warned);
    // A message that is not named may be any.
    let any = "workflow again on contact {\n  enroll on email_bounced\n  steps {\n    \
               do send_email { to: email, message: event.message ?? welcome }\n  }\n}\n";
    let program = trigger("email_opened where message == reminder") + any;
    finds(&program, &[]);
}

/// The versions of the workflows of a project.
fn versions(project: &Project) -> Vec<String> {
    let program = compiled(project).program.expect("a program");
    let workflows = program.workflows().iter();
    workflows
        .map(|workflow| workflow.version.to_string())
        .collect()
}

/// The project with another text in the place of a package's.
fn edited(mut project: Project, from: &str, to: &str) -> Project {
    let used = &project.settings.packages[0];
    let text = project.sources.get(used.source).text();
    assert!(text.contains(from));
    let text = text.replace(from, to);
    project.settings.packages[0].source = project.sources.add("package web", text);
    project
}

/// proves: V1
#[test]
fn packages_count_into_versions() {
    let of = || {
        project(
            &["web"],
            "object contact { score: number }\n\
             workflow a on contact { enroll on page_viewed where url contains \"x\" steps {} }\n\
             workflow b on contact { enroll when score > 3 steps {} }\n",
        )
    };
    let first = versions(&of());
    let comment = edited(of(), "/// A page was opened.", "/// A page was seen.");
    assert_eq!(versions(&comment), first);
    let meaning = edited(of(), "  url: url\n  title", "  url: string\n  title");
    let second = versions(&meaning);
    assert_ne!(second[0], first[0]);
    assert_eq!(second[1], first[1]);
}

#[test]
fn a_pack_holds_the_packages_that_were_used() {
    let program = "object contact { score: number }\n";
    let project = edited(project(&["web"], program), "file_opened", "file_seen");
    let mut unpacked = unpack(&project.root, &project.pack()).expect("a project");
    let texts = |project: &Project| {
        let packages = project.settings.packages.iter();
        let packages = packages.map(|used| {
            let text = project.sources.get(used.source);
            (
                used.name.to_string(),
                text.name().to_owned(),
                text.text().to_owned(),
            )
        });
        packages.collect::<Vec<_>>()
    };
    assert_eq!(texts(&unpacked), texts(&project));
    assert!(texts(&unpacked)[0].2.contains("event file_seen"));
    assert_eq!(unpacked.pack(), project.pack());
    // Older versions of workflows stand before them.
    let written = unpacked.pack_written();
    unpacked.pin("w@1", "workflow w on contact { steps {} }");
    let again = unpack(&project.root, &unpacked.pack()).expect("a project");
    assert_eq!((again.pinned.len(), texts(&again)), (1, texts(&project)));
    assert_eq!(
        (again.pack_written(), again.pack()),
        (written, unpacked.pack())
    );
    assert!(compiled(&again).program.is_some());
}

#[test]
fn a_pack_without_packages_is_what_it_was() {
    // The folder, `flow.toml` and the sources, each with its length, and nothing behind.
    let mut project = project(&[], "object contact {}\n");
    let sources = b"\x01\x09main.flow\x12object contact {}\n";
    assert!(project.pack().ends_with(sources));
    project.pin("w", "x");
    let pinned = [sources.as_slice(), b"\x01\x01w\x01x"].concat();
    assert!(project.pack().ends_with(&pinned));
}

#[test]
fn an_old_pack_has_the_packages_that_it_holds() {
    // A release that did not read `use` packed what its program was made of: no package.
    let program = "object contact {}\n";
    let mut project = project(&["web"], program);
    project.settings.packages.clear();
    let old = unpack(&project.root, &project.pack()).expect("a project");
    assert!(old.settings.packages.is_empty());
    assert!(
        compiled(&old)
            .program
            .expect("a program")
            .catalog
            .events
            .rows()
            .is_empty()
    );
}

#[test]
fn packages_are_shown() {
    let folder = Folder::new(&[]);
    let list = folder.flow(&["show", "package"]);
    assert_eq!(
        (list.code, list.out.lines().count()),
        (Some(0), PACKAGES.len())
    );
    for (package, line) in PACKAGES.iter().zip(list.out.lines()) {
        assert!(
            line.starts_with(package.name) && line.ends_with(package.about()),
            "{line}"
        );
        let shown = folder.flow(&["show", "package", package.name]);
        assert_eq!((shown.code, shown.out.as_str()), (Some(0), package.text));
    }
    let wrong = folder.flow(&["show", "package", "cmr"]);
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.err.contains("there is no package `cmr`"),
        "{}",
        wrong.err
    );
    assert!(wrong.err.contains("did you mean `crm`?"), "{}", wrong.err);
    let shell = folder.flow(&["completions", "bash"]).out;
    assert!(shell.contains("crm web email ads zoom"));
}

#[test]
fn what_is_not_carried_out_yet_is_named_where_it_stands() {
    let text = "workflow invited on contact {\n  enroll on created\n  steps {\n    \
                do zoom.add_registrant { webinar_id: \"123\" }\n  }\n}\n";
    let project = project(&["crm", "zoom"], text);
    let program = compiled(&project).program.expect("it compiles");
    let findings = program.not_carried();
    let codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::NotYet]);
    let found = found(&project, &findings);
    let place = "main.flow F0002 `do zoom.add_registrant { webinar_id: \"123\" }`: ";
    assert!(found[0].starts_with(place), "{found:?}");
}
