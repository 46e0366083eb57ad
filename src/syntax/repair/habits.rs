//! Habits from other languages and words that are nearly right, item by item.
//! Each finding comes with a fix, and the parser is given the mended text.

mod cases;
mod clauses;
mod conditions;
mod declarations;
mod lines;
mod phrases;
mod quoted;
mod schedules;
mod statements;
mod steps;
mod times;
mod waits;
