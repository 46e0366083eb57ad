//! Mails against a server on this machine: what it takes, and what is said where it does not.

use std::future::Future;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::http_server::HttpServer;
use crate::smtp_server::{Instead, SmtpMock};
use crate::tls_server::TlsServer;
use flow::connector::smtp::{Lasting, Patience, Security, Smtp, SmtpFailure, SmtpServer};
use tokio::runtime::Builder;

const MAIL: &[u8] = b"Subject: hei\r\n\r\nfirst\r\n.second\r\n..\r\nlast\r\n";

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

fn sent_to(url: &str, password: Option<&str>) -> Result<(), SmtpFailure> {
    let patience = Patience {
        total: Duration::from_secs(2),
        ..Patience::default()
    };
    let server = SmtpServer::parse(url).expect("a server");
    let smtp = Smtp::new(server, password, patience).expect("a sender");
    wait(smtp.send("Ada <ada@a.no>", "bo@b.no", MAIL))
}

/// What comes of a mail where these commands are answered so.
#[track_caller]
fn check(answers: &[(&str, &str)], code: u16, lasting: Lasting, reason: &str) {
    let server = SmtpMock::answering(answers);
    let failure = sent_to(&server.url(""), None).expect_err("not taken");
    assert_eq!((failure.code, failure.lasting), (Some(code), lasting));
    let host = server.host();
    let words = format!("the mail server `{host}` answered {code}: {reason}");
    assert_eq!(failure.to_string(), words);
    assert!(server.taken().is_empty());
}

#[test]
fn a_mail_arrives_byte_for_byte() {
    let server = SmtpMock::new();
    sent_to(&server.url(""), None).expect("taken");
    let mut taken = server.taken();
    let mail = taken.pop().expect("a mail");
    assert!(taken.is_empty());
    assert_eq!(
        (mail.from.as_str(), mail.to),
        ("ada@a.no", vec!["bo@b.no".to_owned()])
    );
    assert_eq!(mail.auth, None);
    // The end of a mail brings a line break of its own.
    let data = String::from_utf8(mail.data).expect("text");
    assert_eq!(data.trim_end().as_bytes(), MAIL.trim_ascii_end());
}

#[test]
fn a_user_is_let_in_by_a_password() {
    let server = SmtpMock::new();
    sent_to(&server.url("ada%40a.no@"), Some("s3cret")).expect("taken");
    let mail = server.taken().pop().expect("a mail");
    // `\0ada@a.no\0s3cret`
    assert_eq!(mail.auth.as_deref(), Some("PLAIN AGFkYUBhLm5vAHMzY3JldA=="));
}

#[test]
fn five_hundred_stays_and_four_hundred_passes() {
    use Lasting::{Permanent, Transient};
    check(
        &[("RCPT", "550 no such user")],
        550,
        Permanent,
        "no such user",
    );
    check(&[("RCPT", "451 later")], 451, Transient, "later");
    check(&[("MAIL", "553 not you")], 553, Permanent, "not you");
    check(&[("DATA", "554 no")], 554, Permanent, "no");
    check(&[(".", "552 too large")], 552, Permanent, "too large");
    check(&[(".", "452 full")], 452, Transient, "full");
    check(&[("", "421 busy")], 421, Transient, "busy");
    check(
        &[("EHLO", "421-too\r\n421 busy")],
        421,
        Transient,
        "too busy",
    );
}

#[test]
fn a_wrong_password_is_told_without_it() {
    let server = SmtpMock::answering(&[("AUTH", "535 bad credentials")]);
    let failure = sent_to(&server.url("ada@"), Some("s3cret")).expect_err("not let in");
    assert!(failure.is_final());
    assert_eq!(
        failure.to_string(),
        format!(
            "the mail server `{}` answered 535: bad credentials, \
             so check the user in `url` and the `secret`",
            server.host()
        )
    );
}

#[test]
fn a_connection_that_breaks_passes() {
    for word in ["", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let server = SmtpMock::refusing(&[(word, Instead::Drop)]);
        let failure = sent_to(&server.url(""), None).expect_err("not taken");
        assert_eq!((failure.lasting, failure.code), (Lasting::Transient, None));
        let words = failure.to_string();
        assert!(words.contains(&server.host()), "{word}: {words}");
    }
}

#[test]
fn a_mail_that_is_taken_is_taken_whatever_follows() {
    for instead in [
        Instead::Drop,
        Instead::Answer("500 what".into()),
        Instead::Wait(Duration::from_secs(20)),
    ] {
        let server = SmtpMock::refusing(&[("QUIT", instead)]);
        let begun = Instant::now();
        sent_to(&server.url(""), None).expect("taken");
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert_eq!(server.taken().len(), 1);
    }
}

#[test]
fn who_is_late_is_not_waited_for() {
    let wait = Instead::Wait(Duration::from_secs(20));
    let server = SmtpMock::refusing(&[("RCPT", wait)]);
    let failure = sent_to(&server.url(""), None).expect_err("late");
    assert_eq!(failure.lasting, Lasting::Transient);
    let host = server.host();
    let words = format!("the mail server `{host}` did not take the mail within 2 s");
    assert_eq!(failure.to_string(), words);
}

#[test]
fn who_is_no_mail_server_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let failure = sent_to(&format!("smtp://{address}"), None).expect_err("nobody");
    assert_eq!(failure.lasting, Lasting::Transient);
    let words = failure.to_string();
    let expected = format!("could not talk to the mail server `{address}`: Connection refused");
    assert!(words.starts_with(&expected), "{words}");
    let web = HttpServer::scripted([]);
    let failure = sent_to(&format!("smtp://{}", web.host()), None).expect_err("no mail server");
    assert_eq!(failure.lasting, Lasting::Transient);
}

#[test]
fn a_password_waits_for_a_connection_that_is_trusted() {
    let server = TlsServer::new();
    let url = format!("smtps://ada@{}", server.host());
    let failure = sent_to(&url, Some("s3cret")).expect_err("not trusted");
    let words = failure.to_string();
    assert!(words.contains("UnknownIssuer"), "{words}");
    assert_eq!(failure.lasting, Lasting::Transient);
}

#[test]
fn a_password_waits_for_a_connection_that_is_secure() {
    let server = SmtpMock::new();
    let mut place = SmtpServer::parse(&server.url("ada@")).expect("a server");
    place.security = Security::Asked { required: true };
    let smtp = Smtp::new(place, Some("s3cret"), Patience::default()).expect("a sender");
    let failure = wait(smtp.send("ada@a.no", "bo@b.no", MAIL)).expect_err("not secure");
    assert!(failure.is_final());
    let host = server.host();
    assert_eq!(
        failure.to_string(),
        format!(
            "the mail server `{host}` cannot take the mail: STARTTLS is not supported on this server"
        )
    );
    assert!(server.taken().is_empty());
}

#[test]
fn an_address_that_is_none_is_refused() {
    let server = SmtpMock::new();
    let place = SmtpServer::parse(&server.url("")).expect("a server");
    let smtp = Smtp::new(place, None, Patience::default()).expect("a sender");
    for to in [
        "",
        "bo",
        "bo@b.no\r\nRCPT TO:<eve@e.no>",
        "<bo@b.no>,<eve@e.no>",
    ] {
        let failure = wait(smtp.send("ada@a.no", to, MAIL)).expect_err("no address");
        assert!(failure.is_final());
    }
    assert!(server.taken().is_empty());
}
