//! Files of ids: what was put into them is found until it is forgotten, whatever
//! is damaged is noticed, and a crash leaves what was there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flow::base::{Timestamp, Uid};
use flow::store::StoreError;
use flow::store::seen::{Id, Seen, path};

use super::chance::Chance;
use super::sim_disk::{Fault, SimDisk};

const STORE: [u8; 16] = *b"the store's name";

fn dir() -> PathBuf {
    PathBuf::from("/store/seen")
}

fn id(number: u64) -> Uid {
    Uid::of(&[&number.to_le_bytes()])
}

fn day(number: u64) -> Timestamp {
    let second = 1_800_000_000 + number.cast_signed() * 86_400;
    Timestamp::from_second(second).expect("a moment")
}

fn open(disk: &SimDisk, names: &[Uid]) -> Result<Seen<SimDisk>, StoreError> {
    Seen::open(disk.clone(), (&dir(), STORE), names)
}

/// Puts ids away as they are; which files count then.
fn put(
    seen: &mut Seen<SimDisk>,
    (mut ids, now): (Vec<Id>, Timestamp),
    names: &mut Vec<Uid>,
) -> Result<(), StoreError> {
    ids.sort();
    let written = seen.write(ids, now)?;
    names.retain(|name| !written.instead_of().contains(name));
    names.extend(written.file());
    seen.take(written);
    Ok(())
}

// proves: I3
#[test]
fn an_id_is_found_until_it_is_forgotten() {
    for seed in 0..6 {
        let (mut chance, disk) = (Chance::new(seed), SimDisk::new(seed));
        let (mut names, mut known) = (Vec::new(), BTreeMap::new());
        let mut seen = open(&disk, &names).expect("nothing is there");
        for today in 0..40 {
            let count = [0, 1, 3, 300, 700][chance.below(5) as usize];
            let new: BTreeMap<u64, Timestamp> = (0..count)
                .map(|_| (chance.below(4_000), day(today + 1 + chance.below(20))))
                .collect();
            let ids = new.iter().map(|(number, until)| Id {
                id: id(*number),
                until: *until,
            });
            put(&mut seen, (ids.collect(), day(today)), &mut names).expect("written");
            for (number, until) in new {
                let later = known.entry(number).or_insert(until);
                *later = until.max(*later);
            }
            if chance.percent(30) {
                seen.remove(|name| names.contains(&name)).expect("removed");
                seen = open(&disk, &names).expect("whole");
                seen.verify().expect("whole");
            }
            for number in 0..200 {
                let number = number * 20 + chance.below(20);
                let holds = seen.holds(id(number), day(today)).expect("read");
                let knows = known.get(&number).is_some_and(|until| day(today) <= *until);
                assert_eq!(holds, knows, "{number} on day {today} of {seed}");
            }
        }
        assert!(names.len() < 12, "{} files", names.len());
    }
}

/// A file of so many ids, and its name.
fn one(disk: &SimDisk, count: u64) -> Vec<Uid> {
    let mut names = Vec::new();
    let mut seen = open(disk, &names).expect("nothing is there");
    let ids = (0..count).map(|number| Id {
        id: id(number),
        until: day(9),
    });
    put(&mut seen, (ids.collect(), day(0)), &mut names).expect("written");
    names
}

#[test]
fn whatever_is_damaged_is_noticed() {
    let disk = SimDisk::new(1);
    let names = one(&disk, 300);
    let path = path(&dir(), names[0]);
    let whole = disk.files()[&path].clone();
    assert!(whole.len() < 300 * 27 + 200, "{}", whole.len());
    let read = |bytes: Option<&[u8]>| {
        let disk = SimDisk::new(1);
        if let Some(bytes) = bytes {
            disk.put(&path, bytes);
        }
        open(&disk, &names).and_then(|mut seen| seen.verify())
    };
    read(Some(&whole)).expect("it is whole");
    let is_told = |outcome| matches!(outcome, Err(StoreError::BrokenIds { .. }));
    assert!(is_told(read(None)));
    for place in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (place % 8);
        assert!(is_told(read(Some(&bytes))), "byte {place}");
        assert!(is_told(read(Some(&whole[..place]))), "cut at {place}");
    }
    let longer = [&whole[..], &[0]].concat();
    assert!(is_told(read(Some(&longer))));
    let other = Seen::open(disk, (Path::new("/store/seen"), [0; 16]), &names);
    assert!(matches!(other, Err(StoreError::BrokenIds { .. })));
}

// proves: I3
#[test]
fn a_crash_while_a_file_is_written_leaves_what_was_there() {
    let faults: [fn(u64) -> Fault; 3] =
        [Fault::Power, Fault::Error, |call| Fault::Full(call * 300)];
    for (seed, fault) in faults.into_iter().enumerate() {
        for call in 1.. {
            let disk = SimDisk::new(seed as u64 * 100 + call);
            let mut names = one(&disk, 100);
            let before = names.clone();
            let mut seen = open(&disk, &names).expect("whole");
            disk.plan(fault(call));
            let ids = (100..200).map(|number| Id {
                id: id(number),
                until: day(9),
            });
            let put = put(&mut seen, (ids.collect(), day(1)), &mut names);
            let struck = disk.struck();
            disk.crash(call);
            disk.plan(Fault::Never);
            let mut old = open(&disk, &before).expect("it is there");
            old.verify().expect("whole");
            assert!(old.holds(id(7), day(1)).expect("read"));
            if put.is_ok() {
                let mut new = open(&disk, &names).expect("it is there");
                for number in [7, 107] {
                    assert!(new.holds(id(number), day(1)).expect("read"));
                }
            }
            if !struck {
                break;
            }
        }
    }
}
