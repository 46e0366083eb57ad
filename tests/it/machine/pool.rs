//! What the programs of random sequences are made of: one world of objects, and
//! pieces of workflows that together use each construct of the language. In a
//! piece `#` is a number of its own, `&0` another workflow of contacts, and `$`
//! a block.

/// What all programs declare.
pub(super) const SCHEMA: &str = r#"object contact {
  email: email unique required
  code: string unique
  score: number default 0
  stage: enum(lead, mql "Qualified", customer)
  city: string
  flag: bool default false
  n: number
  tags: set(red, green, blue)
  due: datetime
  day: date
  place: string
  shown: string computed "{city} {score}"
  companies: many company inverse employees labels (a, b)
  deals: many deal inverse one contact
  owner: one user
}
object company {
  domain: string unique
  tier: enum(bronze, silver, gold)
  size: number
  name: string
}
object deal {
  name: string
  amount: number
  stage: enum(open, won, lost) default open
  close: date
}
object user { email: email unique required, name: string }
event ping on contact { n: number, key: string }
event pong on contact {}
webhook paid on contact {
  id from "$.id"
  match email from "$.email"
  total: number from "$.total" then value / 100
  verify none
}
message hello(link: string) on contact { subject: "Hi {city ?? "you"}", text: "{link} {score}" }
action chat.post(room: string required, text: string required) -> { id: string }
  via http { method: POST, url: "https://chat.example/{room}", headers: { "X-Key": secret(chat) }, json: { text: text }, result: { id: "$.id" } }
action grade(total: number) -> { stage: enum(lead, mql, customer) }
  via command { run: ["grade"], timeout: 20 seconds }
segment hot on contact when score > MANY
segment near on contact when any companies where (tier == gold)
segment fresh on contact when happened ping at least 2 times within last 5 days or due within last 3 days
segment picked on contact static
segment golden on company static
const MANY = 4
const SOON = 2 days
calendar office { hours mon-fri 09:00-12:00, 13:00-17:00 closed 2026-04-03, 12-24..01-02 }
workflow base on contact { reenroll always steps { wait 2 days set n = 0 } }
workflow rest on contact { enroll on pong exclusive with base steps { wait 3 days } }
workflow closing on deal {
  enroll on created
  enroll when stage == won
  steps { wait until close at 09:00 if past continue set amount += 1 set contact.score += 1 }
}
workflow count_in on company { enroll when size > 3 reenroll always steps { wait 1 day set employees.flag = true add to golden } }
"#;

/// Other schemas: what is in the first is replaced by what is in the second.
pub(super) const EDITS: &[(&str, &str)] = &[
    ("", ""),
    (
        "  place: string\n",
        "  place: string\n  extra: string default \"x\"\n",
    ),
    (
        "tags: set(red, green, blue)",
        "tags: set(blue, black, green, red)",
    ),
    (
        "enum(lead, mql \"Qualified\", customer)",
        "enum(lead, guest, mql, customer)",
    ),
    (
        "segment hot on contact",
        "segment warm on contact when score > 2\nsegment hot on contact",
    ),
    ("const MANY = 4", "const MANY = 2"),
    ("const SOON = 2 days", "const SOON = 5 hours"),
    ("09:00-12:00, 13:00-17:00", "10:00-15:00"),
    ("wait 2 days set n = 0", "wait 1 day set n = 1 wait 1 day"),
    (
        "  steps { wait until close",
        "  on edit pin\n  steps { wait 1 hour wait until close",
    ),
    ("\"{city} {score}\"", "\"{score} {city}\""),
    ("subject: \"Hi", "subject: \"Dear"),
    (
        "tier: enum(bronze, silver, gold)",
        "tier: enum(tin, bronze, silver, gold)",
    ),
    (
        "  name: string\n}\nobject deal",
        "  title: string renamed from name\n}\nobject deal",
    ),
];

/// Conditions of a contact.
pub(super) const CONDITIONS: &[&str] = &[
    "score > 2",
    "score < 3",
    "flag",
    "not flag",
    "n > 1 or unknown",
    "stage in (mql, customer)",
    "stage != lead",
    "city is unknown",
    "city != \"Oslo\" or unknown",
    "tags contains any (red, blue)",
    "email == \"C8@Example.com\"",
    "code is known",
    "any companies where (tier == gold)",
    "any companies[a] where (size > 1 and any employees where (score > 2))",
    "no companies where (tier == silver)",
    "count(companies) > 1",
    "count(deals where stage == won) >= 1",
    "sum(deals.amount) > 3",
    "first(deals by created_at desc).amount > 1",
    "owner.name == \"kim\"",
    "in segment picked",
    "in segment hot",
    "in segment near",
    "in segment fresh",
    "shown contains \"oslo\"",
    "due < 2 days ago",
    "due within next 3 days",
    "day == today",
    "updated_at < 2 days ago",
    "city was ever \"Oslo\"",
    "score changed within last 2 days",
    "happened ping where (n > 1) at least 2 times",
    "not happened pong",
    "ever enrolled in &0",
    "active in &0",
    "completed in &1",
    "imported from \"fair\"",
    "weekday(today) in (sat, sun)",
    "days_between(due, now) > 3",
];

/// Events of a contact.
pub(super) const EVENTS: &[&str] = &[
    "ping",
    "ping where n > 1",
    "ping where (this.score > 2)",
    "pong",
    "paid where total > 1",
    "created",
    "changed score",
    "changed score from 0",
    "changed stage to mql",
    "changed n where (event.new > 2)",
    "changed shown",
    "changed due",
    "joined hot",
    "left hot",
    "joined picked",
    "left picked",
    "joined near",
    "action_failed",
];

/// The same, counted.
pub(super) const REFINED: &[&str] = &[
    "ping where (n > 0) at least 2 times",
    "ping within last 3 days",
    "pong exactly 2 times",
    "changed score at least 2 times",
    "paid at most 2 times",
];

/// Triggers that are no events and no conditions.
pub(super) const TIMES: &[&str] = &[
    "enroll every day at 09:00",
    "enroll every day at 10:00 when flag",
    "enroll every mon, thu at 10:30 when score > 2",
    "enroll every 6 hours when in segment hot",
    "enroll every 2 weeks on mon",
    "enroll every month on last day at 09:00",
    "enroll cron \"0 8 * * 1-5\" when flag",
    "enroll once at 2026-03-27T09:00",
    "enroll at due",
    "enroll at due - 1 day at 09:00 when score > 1",
    "enroll at day every year",
    "enroll at day + 1 day at 08:00",
];

/// Clauses that may stand several times or once; those of one first word are
/// written once.
pub(super) const CLAUSES: &[&str] = &[
    "existing enroll",
    "unenroll on pong",
    "unenroll on changed stage to customer",
    "unenroll on leaving",
    "exclusive with &0",
    "exclusive with &0, rest",
    "exclusive with all",
    "enroll at most 2 per hour",
    "enroll at most 3 per day",
    "hours office",
    "hours office spread 15 minutes",
    "hours mon-thu 10:00-16:00 in place",
    "timezone \"America/New_York\"",
    "alert \"ops@acme.example\" when enrollment rate changes by 30%",
    "on merge keep",
    "campaign \"spring\"",
    "title \"A title\"",
    "let boss = owner",
];

/// Steps without blocks.
pub(super) const LEAVES: &[&str] = &[
    "set score += 1",
    "set score = 7",
    "set score = 0",
    "set n = score + 1",
    "set n -= 1",
    "set city = \"Oslo\"",
    "set city = \"{stage ?? \"none\"} {owner.name}\"",
    "set stage = mql",
    "set stage = customer",
    "set flag = not flag",
    "set tags += (green, blue)",
    "set tags -= (red)",
    "set companies[a].tier = gold",
    "set companies.size += 1",
    "set deals.stage = won",
    "set owner.name = city",
    "set email = \"same@example.com\"",
    "set code = \"{city}\"",
    "set due = now + 2 days",
    "set day = today",
    "set place = \"Asia/Tokyo\"",
    "clear city",
    "clear due",
    "clear owner",
    "copy score to companies.size",
    "copy due to day",
    "copy city to owner.name",
    "create deal { name: \"d {score}\", amount: score, close: today + 3 days } in deals",
    "create deal { name: \"e\", amount: n } in deals as deal# enroll in closing for deal#",
    "create company { domain: \"{city}.example\", size: 1 } in companies label a",
    "associate companies with company by domain = \"k0.example\" label b",
    "associate companies with company by domain = \"none.example\"",
    "associate owner with user by email = \"u1@example.com\"",
    "dissociate companies with company by domain = \"k0.example\"",
    "dissociate all companies label a",
    "dissociate all deals",
    "enroll in &0",
    "enroll in base",
    "enroll in closing for deals",
    "enroll in count_in for companies",
    "unenroll from &0",
    "unenroll from all",
    "add to picked",
    "remove from picked",
    "add to golden for companies",
    "do log { text: \"hi {city}\" }",
    "do log { text: city }",
    "do log { text: \"fail {score}\" } retry 2 times over 8 hours",
    "do send_email { to: email, message: hello, link: \"x\" }",
    "do send_email { to: email, subject: \"s {score}\", text: \"t\" } retry 1 times over 1 hour",
    "do notify { to: owner, text: \"{email}\" }",
    "do create_task { subject: city ?? \"none\", due: now + 1 day }",
    "do chat.post { room: \"sales\", text: \"{email}\" } as post# retry 2 times over 2 hours",
    "do grade { total: score } as grade# set stage = grade#.stage",
    "do http { url: \"https://api.example/x\", json: { n: n, who: email } } as answer# set n = answer#.status",
];

/// Waits without blocks.
pub(super) const WAITS: &[&str] = &[
    "wait 6 hours",
    "wait 1 day",
    "wait 5 days",
    "wait SOON",
    "wait 2 weeks",
    "wait 1 month",
    "wait 2 business days",
    "wait 3 business hours",
    "wait until due",
    "wait until due if past skip",
    "wait until due - 1 day if past stop if unknown stop",
    "wait until due at 09:00",
    "wait until 09:00",
    "wait until mon, thu at 10:30",
    "wait until 2026-03-29 at 02:30",
    "wait until 12-25 at 10:00",
    "wait until score > 3 max 5 days",
    "wait until flag forever",
    "wait until due < now max 6 days",
    "wait until in segment near max 3 days",
    "wait for ping max 3 days",
    "wait for ping where n > 1 or unknown as seen# max 3 days",
    "wait for pong forever",
    "wait for changed score max 2 days",
    "named#: wait 3 hours",
];

/// Steps with blocks.
pub(super) const BLOCKS: &[&str] = &[
    "branch { case \"some\" when score > 2 { $ } case when flag { $ } else { $ } }",
    "branch { case when due > now { $ } }",
    "branch { case when any companies where (tier == gold) { $ stop } else { $ } }",
    "branch { case when score < -1 { delete } else { $ } }",
    "match stage { case lead, mql { $ } case unknown { $ } else { $ } }",
    "match score { case 1..4, 7 { $ } case unknown { $ } }",
    "split { case \"A\" 50% { $ } case \"B\" 50% { $ } }",
    "split { case \"A\" 1 { $ } case \"B\" 2 { $ } case \"C\" 1 { $ } }",
    "wait for ping where n > 1 as got# max 2 days { met { set n = got#.n $ } timeout { $ } }",
    "wait until score > 3 max 2 days { met { $ } timeout { $ } }",
    "wait for first { case ping as one# { set n = one#.n $ } case when score > 5 { $ } timeout 2 days { $ } }",
    "wait for first { case pong { $ } case changed stage { $ } forever }",
    "do log { text: \"fail\" } on error { $ }",
    "do send_email { to: email, subject: \"x\", text: \"y\" } as mail# branch { case when mail# is known { $ } else { $ } }",
    "again#: wait 1 day branch { case when score < 3 { set score += 1 goto again# } else { $ } }",
    "branch { case when n > 2 { goto on# } else { $ } } on#: set n = 1",
];
