//! States, for snapshots: a head with what holds for all, and a block for each
//! partition that stands for itself: a table of the names that it uses, then
//! its records, the owners of its unique values, the ids that it has seen and,
//! if there are any, the actions that were put back, in places of that table.
//! What came later are sections behind that, each with its number, written only
//! where there is any of it. How bytes are framed and kept is not known here.

mod alert;
mod bytes;
mod call;
mod enrolment;
mod head;
mod names;
mod past;
mod put_back;
mod record;
mod schedule;
mod section;
mod sent;
mod table;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use self::bytes::{Reader, Writer};
use self::head::Head;
use self::names::{Item, Names};
use self::section::WAKES;
use self::table::Table;
use crate::base::{Name, Timestamp, Uid, zones_version};
use crate::engine::hear::hear_past_again;
use crate::engine::message::Key;
use crate::engine::prepared::Prepared;
use crate::engine::record::RecordCell;
use crate::engine::state::{Image, KeyCell, Partition};
use crate::engine::{PARTITIONS, RULES};

/// The section of when actions with a cap have reached records.
const SENT: u8 = 2;
/// The section of what records keep of their past.
const PAST: u8 = 1;

/// Why a state cannot be frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FreezeError {
    /// Something is under way at a record, or at the owner of a unique value.
    UnderWay(Uid),
}

impl fmt::Display for FreezeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FreezeError::UnderWay(id) => write!(f, "something is under way at {id}"),
        }
    }
}

impl std::error::Error for FreezeError {}

/// Why a frozen state cannot be thawed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThawError {
    /// The bytes are not those of a state: what is wrong with them.
    Damaged(&'static str),
    /// The program does not have what the state names: the kind, the name.
    Missing(&'static str, String),
    /// A property is of another type than its values.
    Retyped(String),
}

impl ThawError {
    fn damaged(what: &'static str) -> Self {
        ThawError::Damaged(what)
    }

    fn short() -> Self {
        ThawError::Damaged("less than it says")
    }

    fn other() -> Self {
        ThawError::Damaged("a name of another kind than is needed")
    }

    fn deep() -> Self {
        ThawError::Damaged("values nested too deep")
    }

    fn digits() -> Self {
        ThawError::Damaged("a number that is none")
    }

    fn calendar() -> Self {
        ThawError::Damaged("a moment or an amount of time that is none")
    }
}

impl fmt::Display for ThawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ThawError::Damaged(what) => write!(f, "the frozen state is damaged: {what}"),
            ThawError::Missing(kind, name) => {
                write!(
                    f,
                    "the frozen state names the {kind} `{name}`, which the program lacks"
                )
            }
            ThawError::Retyped(name) => {
                write!(f, "the frozen state has values of another type of `{name}`")
            }
        }
    }
}

impl std::error::Error for ThawError {}

/// A frozen state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// What holds for all.
    pub head: Vec<u8>,
    /// The partitions, in order; empty ones are no bytes.
    pub blocks: Vec<Vec<u8>>,
}

/// The frozen form of a state.
///
/// # Errors
///
/// Where something is under way.
pub fn freeze(image: &Image) -> Result<Frozen, FreezeError> {
    let blocks = (0..PARTITIONS).map(|partition| freeze_block(image, partition));
    Ok(Frozen {
        head: freeze_head(image),
        blocks: blocks.collect::<Result<_, _>>()?,
    })
}

/// The state of a frozen form.
///
/// # Errors
///
/// Where the bytes are damaged, or the program lacks what they name.
pub fn thaw(prepared: &Arc<Prepared>, frozen: &Frozen) -> Result<Image, ThawError> {
    let mut begun = Thaw::new(prepared.clone(), &frozen.head)?;
    for (partition, block) in frozen.blocks.iter().enumerate() {
        let block = thaw_block(prepared, partition, block)?;
        begun.put(block);
    }
    begun.finish()
}

/// The head of an image.
#[must_use]
pub fn freeze_head(image: &Image) -> Vec<u8> {
    head::freeze(image, zones_version())
}

/// The block of one partition.
///
/// # Errors
///
/// Where something is under way.
pub fn freeze_block(image: &Image, partition: usize) -> Result<Vec<u8>, FreezeError> {
    let Some(of) = image.partitions.get(partition) else {
        return Ok(Vec::new());
    };
    if of.records.is_empty() && of.keys.is_empty() && of.seen.is_empty() {
        return Ok(Vec::new());
    }
    let mut freezing = Freezing {
        prepared: &image.prepared,
        names: Names::new(&image.prepared),
        out: Writer::default(),
    };
    freezing.partition(of)?;
    Ok(freezing.names.before(freezing.out))
}

/// A partition that was thawed.
#[derive(Debug)]
pub struct Block {
    place: usize,
    partition: Partition,
}

/// The partition of a block. Blocks can be thawed in any order, and by several
/// threads.
///
/// # Errors
///
/// Where the bytes are damaged, or the program lacks what they name.
pub fn thaw_block(prepared: &Prepared, place: usize, bytes: &[u8]) -> Result<Block, ThawError> {
    let partition = if bytes.is_empty() {
        Partition::default()
    } else {
        let mut from = Reader::new(bytes);
        let table = Table::read(prepared, &mut from)?;
        let mut thawing = Thawing {
            prepared,
            table: &table,
            from,
            nothing: Arc::from(""),
        };
        let partition = thawing.partition(place)?;
        thawing.from.end()?;
        partition
    };
    Ok(Block { place, partition })
}

/// A state being thawed.
#[derive(Debug)]
pub struct Thaw {
    prepared: Arc<Prepared>,
    head: Head,
    partitions: Vec<Option<Arc<Partition>>>,
}

impl Thaw {
    /// Begins with the head.
    ///
    /// # Errors
    ///
    /// Where the bytes are damaged, or the program lacks what they name.
    pub fn new(prepared: Arc<Prepared>, head: &[u8]) -> Result<Self, ThawError> {
        Ok(Thaw {
            head: head::thaw(&prepared, head)?,
            prepared,
            partitions: vec![None; PARTITIONS],
        })
    }

    /// Whether this engine has the same rules and the same time zones.
    #[must_use]
    pub fn is_of_this_engine(&self) -> bool {
        self.head.rules == RULES && self.head.zones.as_deref() == zones_version()
    }

    /// Puts a partition in its place.
    pub fn put(&mut self, block: Block) {
        if let Some(slot) = self.partitions.get_mut(block.place) {
            *slot = Some(Arc::new(block.partition));
        }
    }

    /// The state.
    ///
    /// # Errors
    ///
    /// Where a partition was not put.
    pub fn finish(self) -> Result<Image, ThawError> {
        // By other rules or in other zones it may turn at other instants.
        let has_wakes = self.head.wakes && self.is_of_this_engine();
        let partitions: Option<Vec<_>> = self.partitions.into_iter().collect();
        let mut partitions = partitions.ok_or_else(ThawError::short)?;
        hear_past_again(&self.prepared, &mut partitions);
        if !has_wakes {
            for partition in &mut partitions {
                Arc::make_mut(partition).wakes.clear();
            }
        }
        let head = self.head;
        let alerts = head.alerts;
        Ok(Image {
            rates: alerts.rates,
            notices: alerts.notices,
            prepared: self.prepared,
            partitions,
            switches: head.switches,
            now: head.now,
            published: head.published,
            has_wakes,
            begun: head.begun,
            caused: head.caused,
            moved: head.moved,
            schedules: head.schedules,
            accepted: head.accepted,
        })
    }
}

/// A block being written.
struct Freezing<'p> {
    prepared: &'p Prepared,
    names: Names<'p>,
    out: Writer<'p>,
}

impl<'p> Freezing<'p> {
    fn partition(&mut self, of: &'p Partition) -> Result<(), FreezeError> {
        self.out.count(of.records.len());
        for record in of.records.values() {
            self.record(record)?;
        }
        self.out.count(of.keys.len());
        for (key, cell) in &of.keys {
            self.key(key, cell)?;
        }
        self.out.count(of.seen.len());
        for (id, until) in &of.seen {
            self.out.id(*id);
            self.out.moment(*until);
        }
        let keeps = of.records.values().any(|cell| !cell.past.is_empty());
        let counts = of.records.values().any(|cell| !cell.sent.is_empty());
        self.all_put_back(of, !keeps && !counts && !Self::has_sections(of));
        if keeps {
            self.out.byte(PAST);
            self.all_past(of);
        }
        if counts {
            self.out.byte(SENT);
            self.all_sent(of);
        }
        self.sections(of);
        Ok(())
    }

    fn key(&mut self, key: &Key, cell: &KeyCell) -> Result<(), FreezeError> {
        if cell.reserved.is_some() || !cell.waiting.is_empty() {
            return Err(FreezeError::UnderWay(key.cell));
        }
        let place = self.names.property(key.object, key.property);
        self.out.number(place);
        self.out.text(&key.value);
        self.out.id(key.cell);
        self.out.optional_id(cell.owner);
        Ok(())
    }

    /// Writes the place of an item.
    fn put(&mut self, item: &Item) {
        let place = self.names.place(item);
        self.out.number(place);
    }

    fn optional(&mut self, item: Option<Item>) {
        self.out.flag(item.is_some());
        if let Some(item) = item {
            self.put(&item);
        }
    }

    fn optional_word(&mut self, word: Option<&Name>) {
        self.optional(word.map(|word| Item::Word(word.clone())));
    }
}

/// A block being read.
struct Thawing<'t, 'b> {
    prepared: &'t Prepared,
    table: &'t Table,
    from: Reader<'b>,
    /// The empty text, which most keys are.
    nothing: Arc<str>,
}

impl Thawing<'_, '_> {
    fn partition(&mut self, place: usize) -> Result<Partition, ThawError> {
        let here = |id: Uid| match id.partition(PARTITIONS) == place {
            true => Ok(id),
            false => Err(ThawError::damaged("what belongs in another partition")),
        };
        let mut records: Vec<(Uid, Arc<RecordCell>)> = Vec::new();
        for _ in 0..self.from.count()? {
            let cell = self.record()?;
            records.push((here(cell.id)?, Arc::new(cell)));
        }
        let mut keys = Vec::new();
        for _ in 0..self.from.count()? {
            let (key, cell) = self.owned()?;
            here(key.cell)?;
            keys.push((key, cell));
        }
        let mut wakes = BTreeMap::new();
        let mut seen: Vec<(Uid, Timestamp)> = Vec::new();
        for _ in 0..self.from.count()? {
            seen.push((here(self.from.id()?)?, self.from.moment()?));
        }
        self.all_put_back(&mut records)?;
        while !self.from.is_over() {
            match self.from.byte()? {
                SENT => self.all_sent(&mut records)?,
                PAST => self.all_past(&mut records)?,
                WAKES => wakes = self.wakes(&records)?,
                tag => self.section_of(tag, &mut records, &mut keys)?,
            }
        }
        // They stand in order, so the maps are built from them as they are.
        let records: BTreeMap<_, _> = records.into_iter().collect();
        let (keys, seen) = (keys.into_iter().collect(), seen.into_iter().collect());
        let mut partition = Partition::of(records, keys, seen);
        partition.wakes = wakes;
        Ok(partition)
    }

    fn owned(&mut self) -> Result<(Key, KeyCell), ThawError> {
        let (object, property, _) = self.table.property(&mut self.from)?;
        let key = Key {
            object,
            property,
            value: Arc::from(self.from.text()?),
            cell: self.from.id()?,
        };
        let cell = KeyCell {
            owner: self.from.optional_id()?,
            ..KeyCell::default()
        };
        Ok((key, cell))
    }

    /// The key of an enrolment, most often none.
    fn key(&mut self) -> Result<Arc<str>, ThawError> {
        Ok(match self.from.text()? {
            "" => self.nothing.clone(),
            text => Arc::from(text),
        })
    }

    fn optional_word(&mut self) -> Result<Option<Name>, ThawError> {
        Ok(if self.from.flag()? {
            Some(self.table.word(&mut self.from)?.clone())
        } else {
            None
        })
    }
}
