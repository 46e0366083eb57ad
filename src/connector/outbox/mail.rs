//! A mail as the bytes of RFC 5322: the same mail always gives the same bytes. It sends nothing.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};

use crate::base::{Timestamp, Uid};

/// Who writes where nobody is named.
const NOBODY: &str = "flow@localhost";

/// A mail in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// What tells this mail from all others. The message id and the boundary
    /// between the parts come from it.
    pub key: String,
    /// When it is sent, to the second.
    pub date: Timestamp,
    /// Who writes: `ada@example.com` or `Ada <ada@example.com>`.
    pub from: Option<String>,
    /// To whom.
    pub to: String,
    /// To whom an answer goes, if not to the sender.
    pub reply_to: Option<String>,
    /// The subject: one line, whatever it holds.
    pub subject: String,
    /// The plain text.
    pub text: Option<String>,
    /// The same in HTML.
    pub html: Option<String>,
}

impl Mail {
    /// The mail as it goes over the wire.
    ///
    /// # Errors
    /// If an address is none, or the date is before 1970; in words.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        let head = self.head()?;
        let message = match (&self.text, &self.html) {
            (Some(text), Some(html)) => head.multipart(self.parts(text, html)),
            (None, Some(html)) => head.singlepart(SinglePart::html(html.clone())),
            (text, None) => {
                let text = text.clone().unwrap_or_default();
                head.singlepart(SinglePart::plain(text))
            }
        };
        let message = message.map_err(|error| format!("the mail cannot be written: {error}"))?;
        Ok(message.formatted())
    }

    /// The id that the mail bears, with its angle brackets. It depends on the
    /// key and the sender's domain alone.
    ///
    /// # Errors
    /// If the sender's address is none.
    pub fn message_id(&self) -> Result<String, String> {
        let sender = self.own_mailbox()?;
        Ok(format!(
            "<{}@{}>",
            self.uid("message"),
            sender.email.domain()
        ))
    }

    fn head(&self) -> Result<MessageBuilder, String> {
        let mut head = Message::builder()
            .from(self.own_mailbox()?)
            .to(mailbox(&self.to)?)
            .subject(one_line(&self.subject))
            .date(self.moment()?)
            .message_id(Some(self.message_id()?));
        if let Some(address) = &self.reply_to {
            head = head.reply_to(mailbox(address)?);
        }
        Ok(head)
    }

    /// Plain text first: a reader shows the last part that it understands.
    fn parts(&self, text: &str, html: &str) -> MultiPart {
        MultiPart::alternative()
            .boundary(self.uid("boundary").to_string())
            .singlepart(SinglePart::plain(text.to_owned()))
            .singlepart(SinglePart::html(html.to_owned()))
    }

    /// The address of the sender.
    ///
    /// # Errors
    /// If it is none.
    pub fn sender(&self) -> Result<String, String> {
        Ok(self.own_mailbox()?.email.to_string())
    }

    /// The address that it goes to.
    ///
    /// # Errors
    /// If it is none.
    pub fn recipient(&self) -> Result<String, String> {
        Ok(mailbox(&self.to)?.email.to_string())
    }

    fn own_mailbox(&self) -> Result<Mailbox, String> {
        mailbox(self.from.as_deref().unwrap_or(NOBODY))
    }

    fn moment(&self) -> Result<SystemTime, String> {
        if self.date < Timestamp::UNIX_EPOCH {
            return Err(format!("a mail cannot be dated {}, before 1970", self.date));
        }
        Ok(self.date.into())
    }

    fn uid(&self, part: &str) -> Uid {
        Uid::of(&[part.as_bytes(), self.key.as_bytes()])
    }
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    let shown = one_line(text);
    if shown != text {
        return Err(format!("`{shown}` is no mail address: it has line breaks"));
    }
    let parsed: Result<Mailbox, _> = text.trim().parse();
    parsed.map_err(|_| format!("`{shown}` is no mail address: write it as `name@example.com`"))
}

/// The text with each control character as a space, so that nothing in it
/// begins another line of the head.
fn one_line(text: &str) -> String {
    let spaced = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().map(spaced).collect()
}
