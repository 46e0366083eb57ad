//! A server that talks over TLS only, with a certificate of the tests' own authority. It answers
//! every request with the same.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

const AUTHORITY: &[u8] = include_bytes!("tls/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("tls/server.pem");
const KEY: &[u8] = include_bytes!("tls/server.key");

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecure";

/// How long a connection may say nothing before it is given up.
const SILENCE: Duration = Duration::from_secs(60);

/// A server on a port of its own. It ends when it is dropped.
pub(crate) struct TlsServer {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

impl TlsServer {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let stopped = Arc::new(AtomicBool::new(false));
        let server = TlsServer {
            address,
            stopped: Arc::clone(&stopped),
        };
        let config = config();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                // A client that does not trust the certificate goes away.
                let _ = stream.and_then(|stream| serve(stream, &config));
            }
        });
        server
    }

    /// What a client trusts to talk to it.
    pub(crate) fn roots() -> RootCertStore {
        let authority = CertificateDer::from_pem_slice(AUTHORITY).expect("a certificate");
        let mut roots = RootCertStore::empty();
        roots.add(authority).expect("an authority");
        roots
    }

    /// An address on this server.
    pub(crate) fn url(&self, target: &str) -> String {
        format!("https://{}{target}", self.address)
    }

    /// What people are shown of it.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // The listener looks up from its wait.
        let _ = TcpStream::connect(self.address);
    }
}

fn config() -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    Arc::new(config.expect("a key for the certificate"))
}

fn serve(stream: TcpStream, config: &Arc<ServerConfig>) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
    }
    stream.write_all(ANSWER)?;
    stream.conn.send_close_notify();
    stream.flush()
}
