//! What happens to records as a whole: they are deleted, restored and merged.

use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::acts::Act;

/// What records are made, linked and copied to.
pub(super) const SCHEMA: &str = r#"
extend object contact {
  kind: enum(lead, odd, customer)
  hues: set(green, red)
  born: date
  note: string
  deals: many deal inverse contacts labels (own)
}
extend object company { domain: string unique, chief: one contact inverse leads }
object deal { name: string required, code: string unique, amount: number default 1, seller: one user }
workflow z0 on deal {
  enroll on created
  enroll when any contacts where (score > 5)
  reenroll always
  on merge keep
  steps { set amount += 1 wait 3 days set contacts.n += 1 }
}
"#;

pub(super) const CONDITIONS: &[&str] = &[
    "any deals where (amount > 1)",
    "count(deals) > 1",
    "count(deals[own]) == 1",
    "first(deals by amount desc where amount < 4).name == \"x\"",
    "last(deals by name).amount > 1",
    "first(companies).size > 1",
    "last(companies by size).tier is known",
    "first(deals).seller.name == \"kim\"",
    "count(leads) == 0",
    "any leads where (size > 2)",
    "count(companies[b]) == 0",
    "kind == lead",
    "note contains \"o\"",
];

pub(super) const LINES: &[&str] = &[
    "copy n to note",
    "copy stage to kind",
    "copy note to kind",
    "copy kind to note",
    "copy due to born",
    "copy born to due",
    "copy tags to hues",
    "copy stage to note",
    "copy owner.name to city",
    "copy city to companies.name",
    "create deal { name: \"x\" }",
    "create deal { name: city } in deals",
    "create deal { name: city ?? \"none\", code: city, seller: owner } in deals label own",
    "create deal { name: \"y\", amount: n, seller: backup } in deals",
    "create deal { name: \"{n}\", amount: n } in deals as NAME\nset NAME.amount += 2\ndo log { text: \"{NAME.name} {NAME.amount}\" }",
    "create deal { name: \"z\", code: \"z\" } as NAME\nbranch {\ncase when NAME is known {\nassociate deals with deal by id = NAME.id\n}\n}",
    "create contact { email: \"{n}@made.com\", score: 6 }",
    "create contact { email: \"{city}\", stage: mql }",
    "create company { domain: city, chief: this, size: 3 } in companies label b",
    "associate companies with company by domain = city",
    "associate companies with company by domain = \"k\" label a",
    "associate owner with user by email = \"u1@example.com\"",
    "associate deals with deal by code = \"z\" label own",
    "associate leads with company by domain = \"k\"",
    "dissociate companies with company by domain = \"k\"",
    "dissociate companies with company by domain = city label b",
    "dissociate all companies",
    "dissociate all companies label a",
    "dissociate all deals",
    "set companies.domain = \"k\"",
    "set companies.chief = this",
    "set city = \"k\"",
    "unenroll from all",
    "unenroll from w1",
    "delete",
];

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

/// Which workflows a workflow shuts out.
pub(super) fn exclusive() -> impl Strategy<Value = Option<String>> {
    let others = prop_oneof![Just("all"), Just("w0"), Just("w1")];
    let clause = others.prop_map(|others| format!("exclusive with {others}"));
    option::weighted(0.12, clause)
}
