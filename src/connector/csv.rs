//! Tables of separated values, as real exports have them: byte-order marks, semicolons, line
//! breaks in cells, single bad rows. It knows no object and no property.

mod quotes;
mod rows;

use std::collections::BTreeMap;

use csv::WriterBuilder;

pub use self::rows::{Row, Rows};

/// What some programs put before the first character of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The delimiters that exports use. Where two are equally frequent, the first counts.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A table: its headers, and its rows as they are read.
pub struct Sheet<'a> {
    /// The headers as they are written, without white space around them. Each
    /// has text, and no two become the same name.
    pub headers: Vec<String>,
    /// The rows that hold anything, in the order of the file.
    pub rows: Rows<'a>,
}

/// Reads the headers of a table. A bad row is a row with a reason; it stops no
/// other.
///
/// # Errors
/// If there is no line with headers, or one of them cannot stand; in words for
/// whoever made the table.
pub fn read(bytes: &[u8]) -> Result<Sheet<'_>, String> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("the file is UTF-16: save it as UTF-8".into());
    }
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut rows = Rows::new(text, delimiter(text));
    let headers = match rows.next() {
        Some(first) => first.cells.map_err(no_headers)?,
        None => return Err("the file is empty: its first line names the columns".into()),
    };
    check(&headers)?;
    rows.expect_cells(headers.len());
    Ok(Sheet { headers, rows })
}

/// A table as bytes, with commas, and quotes where a cell needs them.
#[must_use]
pub fn write(rows: &[Vec<String>]) -> Vec<u8> {
    let mut builder = WriterBuilder::new();
    let mut writer = builder.flexible(true).from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

/// The name of a column: its header in lower case, each run of anything but
/// letters and digits of ASCII as `_`, none of them at the ends.
#[must_use]
pub fn column_name(header: &str) -> String {
    let lower = header.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("_")
}

/// The delimiter that the line of headers holds most often, quotes aside.
fn delimiter(text: &[u8]) -> u8 {
    let [comma, ..] = DELIMITERS;
    let mut best = (comma, 0);
    for candidate in DELIMITERS {
        let count = quotes::count_in_first_line(text, candidate);
        if count > best.1 {
            best = (candidate, count);
        }
    }
    best.0
}

fn no_headers(reason: String) -> String {
    format!("the line of headers cannot be read: {reason}")
}

/// Whether each column can be told from the others.
fn check(headers: &[String]) -> Result<(), String> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (place, header) in headers.iter().enumerate() {
        if header.is_empty() {
            let number = place + 1;
            return Err(format!(
                "column {number} has no header: give it one, or take the column out"
            ));
        }
        let name = match column_name(header) {
            name if name.is_empty() => header.clone(),
            name => name,
        };
        if let Some(other) = seen.insert(name.clone(), header) {
            return Err(twice(other, header, &name));
        }
    }
    Ok(())
}

fn twice(first: &str, second: &str, name: &str) -> String {
    if first == second {
        return format!("two columns have the header `{first}`: rename one of them");
    }
    format!("the headers `{first}` and `{second}` both mean `{name}`: rename one of them")
}
