//! What happens to records as a whole: they are deleted, restored and merged.

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::acts::Act;

const CONTACTS: [&str; 5] = ["c0", "c0", "c1", "c2", "c3"];
const OTHERS: [&str; 4] = ["k0", "k1", "u0", "u1"];

fn name() -> impl Strategy<Value = String> {
    let name = prop_oneof![4 => select(&CONTACTS[..]), 1 => select(&OTHERS[..])];
    name.prop_map(str::to_owned)
}

/// A record, seldom one of another object.
fn pair() -> impl Strategy<Value = (String, String)> {
    let contacts = (select(&CONTACTS[..]), select(&CONTACTS[..]));
    let companies = prop_oneof![Just(("k0", "k1")), Just(("k1", "k0"))];
    let users = prop_oneof![Just(("u0", "u1")), Just(("u1", "u0"))];
    let odd = Just(("c1", "k0"));
    let pair = prop_oneof![12 => contacts, 2 => companies, 2 => users, 1 => odd];
    pair.prop_map(|(from, into)| (from.to_owned(), into.to_owned()))
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => name().prop_map(Act::Delete),
        4 => name().prop_map(Act::Restore),
        3 => pair().prop_map(|(from, into)| Act::Merge { from, into }),
    ]
}

/// What a merge does with those inside.
pub(super) fn on_merge() -> impl Strategy<Value = Option<String>> {
    any::<u8>().prop_map(|chance| (chance < 100).then(|| "on merge keep".to_owned()))
}
