//! Requests against a server on this machine: what arrives, what comes back, and the words where
//! nothing does. `proves: A3`

use std::collections::BTreeMap;
use std::future::Future;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::http_server::{Asked, Drop, HttpServer, Odds, Received, Reply};
use crate::tls_server::TlsServer;
use flow::connector::http::{
    Auth, Body, Http, HttpAnswer, HttpFailure, HttpRequest, Json, Limits, MOST_BODY, Method, Sign,
};
use rustls::RootCertStore;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

fn http() -> Http {
    Http::new(Limits::default()).expect("a sender")
}

fn sent(request: &HttpRequest) -> Result<HttpAnswer, HttpFailure> {
    wait(http().send(request))
}

/// The request as it arrived at a server that answers 200.
fn arrived(server: &HttpServer, request: &HttpRequest) -> Asked {
    let answer = sent(request).expect("an answer");
    assert!(answer.is_success());
    server.asked().pop().expect("a request")
}

#[track_caller]
fn fails(request: &HttpRequest, expected: &str) -> HttpFailure {
    let failure = sent(request).expect_err("no answer");
    assert_eq!(failure.to_string(), expected);
    failure
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = pairs.iter().map(|(name, value)| (*name, *value));
    owned
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

#[test]
fn a_request_arrives_as_it_was_asked_for() {
    let server = HttpServer::scripted([]);
    let mut request = HttpRequest::new("k1", server.url("/a?b=1"));
    request.method = Some(Method::Put);
    request.query = pairs(&[("c", "å d")]);
    request.headers = pairs(&[("X-One", "1"), ("X-Name", "Åse")]);
    request.auth = Some(Auth::Bearer("t".into()));
    request.sign = Some(Sign::HmacSha256 {
        header: "X-Sign".into(),
        secret: "s3cret".into(),
    });
    request.body = Body::Json(Json::Object(vec![(
        "name".into(),
        Json::Text("Åse".into()),
    )]));
    let asked = arrived(&server, &request);
    assert_eq!(asked.method, "PUT");
    assert_eq!(asked.target, "/a?b=1&c=%C3%A5+d");
    assert_eq!(asked.text(), "{\"name\":\"Åse\"}");
    for (name, value) in [
        ("x-one", "1"),
        ("x-name", "Åse"),
        ("authorization", "Bearer t"),
        ("content-type", "application/json"),
        ("idempotency-key", "k1"),
        ("content-length", "15"),
        ("host", &server.host()),
        (
            "x-sign",
            "1a167064151ba44d1af13095c3a0ba2aceb53f851f9462afda5ac61b2dd844b9",
        ),
    ] {
        assert_eq!(asked.header(name), Some(value), "{name}");
    }
    assert!(asked.header("accept-encoding").is_none());
}

#[test]
fn each_method_and_body_arrives() {
    let server = HttpServer::scripted([]);
    for method in Method::ALL {
        let mut request = HttpRequest::new("k", server.url("/"));
        request.method = Some(method);
        assert_eq!(arrived(&server, &request).method, method.word());
    }
    let mut request = HttpRequest::new("k", server.url("/"));
    request.body = Body::Form(pairs(&[("a", "1 2")]));
    let asked = arrived(&server, &request);
    assert_eq!((asked.method.as_str(), &*asked.text()), ("POST", "a=1+2"));
    request.body = Body::Text("hei".into());
    assert_eq!(arrived(&server, &request).text(), "hei");
    request.method = Some(Method::Get);
    assert_eq!(arrived(&server, &request).text(), "hei");
}

#[test]
fn any_status_but_a_redirect_is_an_answer() {
    let statuses = [200, 204, 400, 404, 422, 500, 503];
    let server = HttpServer::scripted(statuses.map(Reply::status));
    for status in statuses {
        let answer = sent(&HttpRequest::new("k", server.url("/"))).expect("an answer");
        assert_eq!(answer.status, status);
        assert_eq!(answer.retry_after, None);
    }
}

#[test]
fn a_service_says_when_to_come_back() {
    let date = "Fri, 31 Dec 1999 23:59:59 GMT";
    let headers = ["120", date, "soon"];
    let replies = headers.map(|wait| Reply::status(429).header("retry-after", wait));
    let server = HttpServer::scripted(replies);
    for expected in [Some(120), Some(0), None] {
        let answer = sent(&HttpRequest::new("k", server.url("/"))).expect("an answer");
        assert_eq!(answer.retry_after, expected.map(Duration::from_secs));
    }
}

#[test]
fn a_body_is_read_up_to_its_bound() {
    let sizes = [0, MOST_BODY - 1, MOST_BODY, MOST_BODY + 1, 3 * MOST_BODY];
    let replies = sizes.map(|size| Reply::status(200).body(vec![b'x'; size]));
    let server = HttpServer::scripted(replies);
    for size in sizes {
        let answer = sent(&HttpRequest::new("k", server.url("/"))).expect("an answer");
        assert_eq!(answer.body.len(), size.min(MOST_BODY));
        assert_eq!(answer.cut, size > MOST_BODY, "{size}");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = HttpServer::scripted([]);
    let there = Reply::status(302).header("Location", &elsewhere.url("/x?token=s3cret"));
    let server = HttpServer::scripted([there, Reply::status(304)]);
    let mut request = HttpRequest::new("k", server.url("/"));
    request.auth = Some(Auth::Bearer("s3cret".into()));
    let failure = fails(
        &request,
        &format!(
            "`{}` answered 302 and points to `{}`: redirects are not followed, \
             so write the final address in `url`",
            server.host(),
            elsewhere.host()
        ),
    );
    assert!(failure.is_final());
    fails(
        &request,
        &format!(
            "`{}` answered 304: redirects are not followed, so write the final address in `url`",
            server.host()
        ),
    );
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn a_broken_connection_is_told_and_not_repeated() {
    for drop in [
        Drop::BeforeReading,
        Drop::AfterReading,
        Drop::WhileAnswering,
    ] {
        let reply = Reply::status(200).body("0123456789").dropping(drop);
        let server = HttpServer::scripted([reply]);
        let mut request = HttpRequest::new("k", server.url("/?token=s3cret"));
        request.body = Body::Text("x".repeat(100_000));
        let words = format!(
            "`{}` broke the connection before its answer was whole",
            server.host()
        );
        assert!(!fails(&request, &words).is_final());
        let received = usize::from(drop != Drop::BeforeReading);
        assert_eq!(server.asked().len(), received, "{drop:?}");
    }
}

#[test]
fn a_connection_that_broke_is_replaced() {
    let server = HttpServer::deciding(|asked| match asked.before {
        1 => Reply::status(200).dropping(Drop::AfterReading),
        _ => Reply::status(200),
    });
    let http = http();
    let request = HttpRequest::new("k", server.url("/"));
    let succeeded = wait(async {
        let mut succeeded = Vec::new();
        for _ in 0..4 {
            succeeded.push(http.send(&request).await.is_ok());
        }
        succeeded
    });
    assert_eq!(succeeded, [true, false, true, true]);
    assert_eq!(server.dump()["k"], (4, 1));
}

#[test]
fn who_is_late_is_not_waited_for() {
    let slow = Reply::status(200).after(Duration::from_secs(20));
    let server = HttpServer::scripted([slow]);
    let mut request = HttpRequest::new("k", server.url("/?token=s3cret"));
    request.timeout = Some(Duration::from_millis(200));
    let begun = Instant::now();
    let words = format!("`{}` did not answer in full within 0.2 s", server.host());
    assert!(!fails(&request, &words).is_final());
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn who_cannot_be_reached_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let request = HttpRequest::new("k", format!("http://{address}/?token=s3cret"));
    let words =
        format!("could not connect to `{address}`: nothing listens there, so check the port");
    assert!(!fails(&request, &words).is_final());
    // How long it takes to find no name is not ours to say.
    let request = HttpRequest::new("k", "https://nowhere.invalid/?token=s3cret");
    let words = sent(&request).expect_err("no answer").to_string();
    assert!(
        words.starts_with("could not connect to `nowhere.invalid`"),
        "{words}"
    );
    assert!(!words.contains("s3cret"));
}

#[test]
fn a_request_that_cannot_be_sent_is_not() {
    let failure = fails(
        &HttpRequest::new("k", "a.no"),
        "`url` is no address of the web: write it as `https://example.com/path`",
    );
    assert!(failure.is_final());
}

#[test]
fn a_host_is_asked_so_often_and_no_more() {
    let server = HttpServer::scripted([]);
    let limits = Limits {
        per_second: 10,
        ..Limits::default()
    };
    let http = Arc::new(Http::new(limits).expect("a sender"));
    wait(async {
        let mut all = JoinSet::new();
        for number in 0..25 {
            let request = HttpRequest::new(format!("k{number}"), server.url("/"));
            let http = Arc::clone(&http);
            all.spawn(async move { http.send(&request).await });
        }
        while let Some(answer) = all.join_next().await {
            answer.expect("no panic").expect("an answer");
        }
    });
    let mut at: Vec<Instant> = server.asked().iter().map(|asked| asked.at).collect();
    at.sort_unstable();
    // The way to the server may be longer for one than for another.
    let second = Duration::from_millis(500);
    assert!(at.windows(11).all(|many| many[10] - many[0] >= second));
    assert_eq!(at.len(), 25);
}

#[test]
fn every_attempt_brings_the_same_bytes_under_the_same_key() {
    let received = soaked(7);
    assert_eq!(received.len(), 100);
    for (key, received) in &received {
        assert_eq!(received.bodies.len(), 1, "{key}");
        assert!(received.done >= 1, "{key}");
    }
    assert!(received.values().any(|received| received.done > 1));
    assert_eq!(received, soaked(7));
    assert_ne!(received, soaked(8));
}

/// What a server received that fails by chance, when each of a hundred requests
/// is repeated until it is answered well.
fn soaked(seed: u64) -> BTreeMap<String, Received> {
    let odds = Odds {
        faults: 20,
        busy: 10,
        lost: 10,
        unheard: 20,
        ..Odds::default()
    };
    let server = HttpServer::seeded(seed, odds);
    let limits = Limits {
        per_second: 10_000,
        ..Limits::default()
    };
    let http = Arc::new(Http::new(limits).expect("a sender"));
    wait(async {
        let mut all = JoinSet::new();
        for number in 0..100 {
            let mut request = HttpRequest::new(format!("k{number}"), server.url("/"));
            request.body = Body::Json(Json::Text(format!("body {number}")));
            all.spawn(until_done(Arc::clone(&http), request));
        }
        while let Some(done) = all.join_next().await {
            done.expect("no panic");
        }
    });
    server.received()
}

async fn until_done(http: Arc<Http>, request: HttpRequest) {
    for _ in 0..50 {
        if http
            .send(&request)
            .await
            .is_ok_and(|answer| answer.is_success())
        {
            return;
        }
    }
    panic!("fifty attempts failed");
}

#[test]
fn a_certificate_must_be_trusted() {
    let server = TlsServer::new();
    let request = HttpRequest::new("k", server.url("/?token=s3cret"));
    let trusting = Http::trusting(TlsServer::roots(), Limits::default()).expect("a sender");
    let answer = wait(trusting.send(&request)).expect("an answer");
    assert_eq!((answer.status, &*answer.text()), (200, "secure"));
    let other = Http::trusting(RootCertStore::empty(), Limits::default()).expect("a sender");
    let failure = wait(other.send(&request)).expect_err("not trusted");
    assert_eq!(
        failure.to_string(),
        format!(
            "could not connect to `{}` securely: nobody whom this machine trusts has signed \
             its certificate, so add who did to the certificates of the system",
            server.host()
        )
    );
}

#[test]
fn a_service_without_certificates_is_not_talked_to() {
    let server = HttpServer::scripted([]);
    let url = server.url("/").replace("http://", "https://");
    fails(
        &HttpRequest::new("k", url),
        &format!(
            "could not connect to `{}` securely: it does not talk TLS there, \
             so check the port, or write `http://`",
            server.host()
        ),
    );
    assert!(server.asked().is_empty());
}
