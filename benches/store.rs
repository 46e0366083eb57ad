//! How fast the store is: inputs that are durable before they are answered,
//! snapshots, a restart after a kill, the import of a table, ids on disk. Beside the inputs,
//! in the same run and in the same batches, a plain file that is synced, and
//! SQLite that does the same to rows. `cargo bench --bench store`; what
//! `FLOW_BENCH_SECONDS`, `_SUSTAINED`, `_RECORDS`, `_ROWS` and `_ID_FILES` say makes it
//! shorter or longer.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that meets the unexpected has failed"
)]

#[path = "measure/memory.rs"]
mod memory;

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use flow::base::{Timestamp, Uid};
use flow::engine::{Event, InputBody};
use flow::host::bench::{
    Burst, Change, Draw, Draws, Load, burst, bytes, frozen, grow, head, import, line, pause, plain,
    sheet,
};
use flow::host::keep::{self, Kept};
use flow::host::store::Store;
use flow::store::disk::real::RealDisk;
use flow::store::seen::{Id, Seen};
use memory::resident;
use mimalloc::MiMalloc;
use rusqlite::{Connection, params};
use tempfile::TempDir;

/// That of the binary.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How many contacts a burst is about.
const CONTACTS: usize = 10_000;

/// How many of its inputs the plain file and SQLite take at most.
const COMPARED: usize = 500_000;

/// How many inputs stand behind the snapshot when the process is killed.
const TAIL: usize = 100_000;

/// What the load is drawn from.
const SEED: u64 = 7;

fn main() {
    if let Ok(part) = env::var("FLOW_BENCH_PART") {
        let dir = env::var("FLOW_BENCH_DIR").expect("the parent names it");
        return match part.as_str() {
            "fill" => fill(Path::new(&dir)),
            _ => reopen(Path::new(&dir)),
        };
    }
    let (seconds, sustained) = (number("SECONDS", 60), number("SUSTAINED", 600));
    println!("{}", head());
    for clients in [1, 10, 100, 1_000] {
        compared(clients, Duration::from_secs(seconds as u64));
    }
    if sustained > 0 {
        println!("\nsustained, {sustained} s");
        compared(1_000, Duration::from_secs(sustained as u64));
    }
    println!(
        "\n{CONTACTS} contacts of twenty properties, each asleep in one workflow; a third of the inputs are events that enrol \
         in another, two thirds set a property. The clients are played by one thread through queues; what waits is one batch, \
         of 1024 at most. Snapshots are taken as the live loop takes them, and the archive is filled meanwhile."
    );
    for records in [10_000, number("RECORDS", 1_000_000)] {
        restart(records);
    }
    imported(number("ROWS", 1_000_000));
    for files in [1, 12, number("ID_FILES", 36)] {
        ids(files);
    }
}

/// How many ids a file has that is full.
const FULL: u64 = 1 << 20;

/// What it costs to ask files of ids: for one that is in none of them, which most
/// inputs are, and for one that is.
fn ids(files: usize) {
    let dir = folder();
    let (now, store) = (Timestamp::UNIX_EPOCH, [0; 16]);
    let mut seen = Seen::open(RealDisk, (dir.path(), store), &[]).expect("nothing is there");
    let id = |number: u64| Uid::of(&[&number.to_le_bytes()]);
    let all = files as u64 * FULL;
    let mut writing = Duration::ZERO;
    for first in (0..all).step_by(FULL as usize) {
        let until = now + Duration::from_secs(86_400);
        let ids = (first..first + FULL).map(|number| Id {
            id: id(number),
            until,
        });
        let mut ids: Vec<Id> = ids.collect();
        ids.sort();
        let begun = Instant::now();
        let written = seen.write(ids, now).expect("it is written");
        seen.take(written);
        writing += begun.elapsed();
    }
    let mut asked = |numbers: &mut dyn Iterator<Item = u64>| {
        let ids: Vec<Uid> = numbers.map(id).collect();
        let begun = Instant::now();
        let found = ids
            .iter()
            .filter(|id| seen.holds(**id, now).expect("it can be read"));
        let found = found.count();
        (
            found,
            begun.elapsed().as_secs_f64() * 1e6 / ids.len() as f64,
        )
    };
    let (none, new) = asked(&mut (all..all + 500_000));
    let (some, old) = asked(&mut (0..20_000).map(|nth: u64| nth * 1_000_003 % all));
    assert_eq!((none, some), (0, 20_000));
    println!(
        "\nids: {files} files of {FULL}, {:.1} bytes each, {:.0} ms to write one; \
         {new:.2} us for one that is in none, {old:.1} us for one that is in one",
        bytes(dir.path()) as f64 / all as f64,
        writing.as_secs_f64() * 1e3 / files as f64,
    );
}

fn number(name: &str, otherwise: usize) -> usize {
    let text = env::var(format!("FLOW_BENCH_{name}"));
    text.map_or(otherwise, |text| text.parse().expect("it is a number"))
}

/// A folder on the disk that the build is on; it goes when it is dropped.
fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made")
}

fn open(dir: &Path, load: &Load) -> Kept {
    let store = Store {
        dir: dir.join(".flow"),
    };
    let program = load.program(dir).expect("it has no mistake");
    let now = Timestamp::now();
    let now = Timestamp::from_microsecond(now.as_microsecond()).expect("it is a time");
    let kept = Kept::open((&store, dir), Some(program), (now, Uid::of(&[b"bench"])));
    kept.expect("the store can be opened")
}

/// A store with contacts, all asleep.
fn peopled(dir: &Path, load: &Load, contacts: usize) -> Kept {
    let mut kept = open(dir, load);
    let publish = Event::Input(Box::new(InputBody::Publish.into()));
    let created = (0..contacts).map(|contact| load.create(contact));
    let events = std::iter::once(publish).chain(created);
    let asleep = (0..contacts).map(|contact| load.sign_up(contact));
    grow(&mut kept.durable, events.chain(asleep)).expect("it takes them");
    kept.durable.rest().expect("it can be written");
    kept
}

/// A burst, and what else takes the same inputs.
fn compared(clients: usize, lasts: Duration) {
    let dir = folder();
    let load = Load::new(dir.path()).expect("it has no mistake");
    let draws = || Draws::new(SEED, CONTACTS);
    let mut kept = peopled(dir.path(), &load, CONTACTS);
    let disk = dir.path().join(".flow");
    let before = [bytes(&disk.join("log")), bytes(&disk.join("history"))];
    let done = burst(&mut kept.durable, (&load, draws()), clients, lasts).expect("it goes on");
    let after = [bytes(&disk.join("log")), bytes(&disk.join("history"))];
    drop(kept);
    let count = done.waits.len();
    let inputs = frozen(&load, draws(), count.min(COMPARED));
    let file = plain(&dir.path().join("plain"), &inputs, &done.batches).expect("it is written");
    let rows = Sqlite::new(dir.path()).run(draws(), &done.batches, inputs.len());
    let rate = file.0 as f64 / file.1.as_secs_f64();
    let batch = |count: usize, of: &[usize]| {
        let mut sum = 0;
        let batches = of.iter().take_while(|size| {
            sum += **size;
            sum <= count
        });
        count as f64 / batches.count().max(1) as f64
    };
    let size = batch(count, &done.batches);
    let what = format!("{clients} clients");
    println!(
        "{}",
        line(&what, (count, size, done.took), rate, Some(&done))
    );
    for (what, (count, took)) in [("  a plain file, synced", file), ("  SQLite, FULL", rows)] {
        let size = batch(count, &done.batches);
        println!("{}", line(what, (count, size, took), rate, None));
    }
    stated(
        &done,
        [after[0] - before[0], after[1].saturating_sub(before[1])],
    );
}

fn stated(done: &Burst, [log, history]: [u64; 2]) {
    let per = |bytes: u64| bytes as f64 / done.waits.len().max(1) as f64;
    println!(
        "  the archive was {:.0} ms behind at the end; bytes per input: {:.0} in the log, {:.0} in the history; {} snapshots",
        done.lag.as_secs_f64() * 1e3,
        per(log),
        per(history),
        done.snapshots,
    );
}

/// The rows that the load changes, as somebody would keep them who has no
/// engine.
struct Sqlite(Connection);

const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE contact (email TEXT PRIMARY KEY, score INTEGER, city TEXT, visits INTEGER, rest TEXT);
    CREATE TABLE log (id INTEGER PRIMARY KEY, email TEXT, what TEXT, value INTEGER);
    CREATE TABLE enrolment (id INTEGER PRIMARY KEY, email TEXT, workflow TEXT, state TEXT);
";

impl Sqlite {
    fn new(dir: &Path) -> Self {
        let connection = Connection::open(dir.join("rows.sqlite")).expect("it can be made");
        connection.execute_batch(TABLES).expect("it is laid out");
        connection.execute_batch("BEGIN").expect("it begins");
        for contact in 0..CONTACTS {
            let sql = "INSERT INTO contact VALUES (?1, 0, 'City', 0, ?2)";
            let mut insert = connection.prepare_cached(sql).expect("it is SQL");
            let rest = "twenty properties ".repeat(12);
            insert
                .execute(params![email(contact), rest])
                .expect("it is taken");
        }
        connection.execute_batch("COMMIT").expect("it ends");
        Sqlite(connection)
    }

    /// Takes inputs in batches; how many, and how long it took.
    fn run(&self, mut draws: Draws, batches: &[usize], most: usize) -> (usize, Duration) {
        let (mut count, begun) = (0, Instant::now());
        for size in batches {
            if count + size > most {
                break;
            }
            self.0.execute_batch("BEGIN IMMEDIATE").expect("it begins");
            for draw in draws.by_ref().take(*size) {
                self.take(draw).expect("it is taken");
            }
            self.0.execute_batch("COMMIT").expect("it ends");
            count += size;
        }
        (count, begun.elapsed())
    }

    fn take(&self, draw: Draw) -> rusqlite::Result<()> {
        let email = email(draw.contact);
        let sql = "SELECT score, city, visits FROM contact WHERE email = ?1";
        let mut select = self.0.prepare_cached(sql)?;
        let (mut score, mut city, mut visits): (i64, String, i64) =
            select.query_row([&email], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let (what, value) = match draw.change {
            Change::Seen(place) => {
                visits += 1;
                ("seen", place.cast_signed())
            }
            Change::Score(new) => {
                score = new.cast_signed();
                ("score", score)
            }
            Change::City(new) => {
                city = format!("City {new}");
                ("city", new.cast_signed())
            }
        };
        let sql = "UPDATE contact SET score = ?2, city = ?3, visits = ?4 WHERE email = ?1";
        self.0
            .prepare_cached(sql)?
            .execute(params![email, score, city, visits])?;
        let sql = "INSERT INTO log (email, what, value) VALUES (?1, ?2, ?3)";
        self.0
            .prepare_cached(sql)?
            .execute(params![email, what, value])?;
        if what == "seen" {
            let sql = "INSERT INTO enrolment (email, workflow, state) VALUES (?1, 'count', 'done')";
            self.0.prepare_cached(sql)?.execute([email])?;
        }
        Ok(())
    }
}

fn email(contact: usize) -> String {
    format!("c{contact}@example.com")
}

/// Fills a store in another process, kills that, and opens the store in a
/// third one.
fn restart(records: usize) {
    println!("\n{records} records, each asleep in a workflow");
    let dir = folder();
    let mut filling = child("fill", dir.path(), records);
    let said = BufReader::new(filling.stdout.take().expect("it is piped"));
    let ready = said.lines().map(|line| line.expect("it is text"));
    let mut ready = ready.inspect(|line| println!("{line}"));
    assert!(ready.any(|line| line.contains("killed")), "it was filled");
    filling.kill().expect("it can be killed");
    filling.wait().expect("it ends");
    let opened = child("open", dir.path(), records).wait_with_output();
    let opened = opened.expect("it ends");
    assert!(opened.status.success(), "it was opened");
    print!("{}", String::from_utf8_lossy(&opened.stdout));
}

fn child(part: &str, dir: &Path, records: usize) -> Child {
    Command::new(env::current_exe().expect("it has a name"))
        .env("FLOW_BENCH_PART", part)
        .env("FLOW_BENCH_DIR", dir)
        .env("FLOW_BENCH_RECORDS", records.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it can be begun")
}

/// Fills a store, and waits to be killed.
fn fill(dir: &Path) {
    let records = number("RECORDS", 1_000_000);
    let load = Load::new(dir).expect("it has no mistake");
    let mut kept = peopled(dir, &load, 0);
    let durable = &mut kept.durable;
    let mut grown = |what: &str, event: &dyn Fn(usize) -> Event| {
        let (before, begun) = (resident(), Instant::now());
        grow(durable, (0..records).map(event)).expect("it takes them");
        durable.rest().expect("it can be written");
        let took = begun.elapsed().as_secs_f64();
        let per = resident().saturating_sub(before) / records as u64;
        println!("  {what:<38}{per:>9} bytes{took:>11.2} s");
    };
    grown("memory of a record", &|contact| load.create(contact));
    grown("memory of an enrolment", &|contact| load.sign_up(contact));
    let draws = Draws::new(SEED, records);
    let found = pause(durable, &load, draws.clone()).expect("it goes on");
    let times = [
        ("a snapshot: the call", found.call),
        ("  written in", found.written),
        ("  the slowest 100 inputs before", found.before),
        ("  the slowest 100 inputs meanwhile", found.during),
        ("  the median 100 inputs before", found.medians.0),
        ("  the median 100 inputs meanwhile", found.medians.1),
    ];
    for (what, time) in times {
        println!("  {what:<38}{:>12.2} ms", time.as_secs_f64() * 1e3);
    }
    let snapshots = bytes(&dir.join(".flow/snapshots")) / records as u64;
    println!(
        "  {:<38}{snapshots:>9} bytes",
        "snapshot, per record with enrolment"
    );
    // The tail begins behind a snapshot, whatever came before.
    let writing = durable.snapshot().expect("it can be begun");
    if let Some(writing) = writing {
        let written = writing.join().expect("it ends");
        written.expect("it can be written");
    }
    let tail = draws.skip(1_000_000).take(TAIL);
    grow(durable, tail.map(|draw| load.event(draw))).expect("it takes them");
    println!("  {TAIL} inputs more, then killed");
    std::io::stdout().flush().expect("somebody reads");
    loop {
        std::thread::park();
    }
}

/// Opens what was left.
fn reopen(dir: &Path) {
    let load = Load::new(dir).expect("it has no mistake");
    let (before, begun) = (resident(), Instant::now());
    let kept = open(dir, &load);
    let took = begun.elapsed().as_secs_f64();
    let per = resident().saturating_sub(before) / number("RECORDS", 1_000_000) as u64;
    println!(
        "  opened again in {took:.2} s: {} inputs taken anew, {per} bytes of memory for each record with its enrolment",
        kept.recovered.replayed,
    );
    // What the archive lacked is not put in: the process has said all.
    std::process::exit(0);
}

/// A table, from its bytes to the end of the command.
fn imported(rows: usize) {
    let dir = folder();
    let load = Load::new(dir.path()).expect("it has no mistake");
    let mut kept = peopled(dir.path(), &load, 0);
    let text = sheet(rows);
    let begun = Instant::now();
    let created = import(&mut kept.durable, &load, &text).expect("it goes in");
    let taken = begun.elapsed();
    keep::close(&mut kept.durable).expect("it can be written");
    let closed = begun.elapsed();
    assert_eq!(created, rows, "all rows go in");
    println!(
        "\nimport of {rows} rows, {} bytes: {:.2} s, {:.0} rows/s; with the archive secured and a snapshot {:.2} s",
        text.len(),
        taken.as_secs_f64(),
        rows as f64 / taken.as_secs_f64(),
        closed.as_secs_f64(),
    );
}
