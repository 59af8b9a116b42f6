//! One call: checked, and what it means.

use chrono::{DateTime, Utc};

use super::traits::{self, Company, Person};
use super::wire::{Envelope, Fields, Object, Properties, Scalar};
use super::{Call, MAX_ITEM, time};
use crate::id::CustomerId;

/// A call that can be used.
#[derive(Clone, PartialEq)]
pub struct Tracked {
    /// Its place in the request, from 0.
    pub index: usize,
    /// The sender's id of the message, or one made from its content.
    pub message_id: String,
    /// The user, by `userId` or else `anonymousId`.
    pub user: String,
    /// The customer that the call names itself.
    pub customer: Option<CustomerId>,
    /// When it was said, by the sender's clock: the same each time it is sent.
    pub said_at: DateTime<Utc>,
    /// What it means.
    pub act: Act,
}

crate::debug_only!(Tracked { index, message_id, customer, said_at });

/// What a call means.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// The user is this person.
    Identify(Person),
    /// The user belongs to the customer of the call, which is this company.
    Group(Box<Company>),
    /// The user used the product.
    Use(Use),
    /// The user was known as `previous` before.
    Alias {
        /// The id that is no longer to be used.
        previous: String,
    },
}

/// A use of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// When, by our clock.
    pub at: DateTime<Utc>,
    /// What, if it has a name.
    pub feature: Option<String>,
    /// How many times.
    pub count: u64,
    /// For how long, in seconds.
    pub duration_secs: u64,
}

/// What a request says for all its items, read once.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OfAll<'a> {
    sent_at: Moment,
    group_id: Option<&'a Scalar<'a>>,
}

impl<'a> OfAll<'a> {
    pub(super) fn new<Item>(envelope: &'a Envelope<'_, Item>) -> Self {
        let group_id = envelope.context.get().map(|context| &context.group_id);
        Self { sent_at: Moment::of(&envelope.sent_at), group_id }
    }
}

/// A time as somebody wrote it.
#[derive(Debug, Clone, Copy, Default)]
enum Moment {
    #[default]
    Absent,
    At(DateTime<Utc>),
    Wrong,
}

impl Moment {
    fn of(value: &Scalar<'_>) -> Self {
        match value {
            Scalar::Absent => Self::Absent,
            Scalar::Text(text) => time::parse(text).map_or(Self::Wrong, Self::At),
            _ => Self::Wrong,
        }
    }
}

/// Reads an item, or says everything that is wrong about it.
pub(super) fn read(
    json: &str,
    call: Option<Call>,
    request: &OfAll<'_>,
    received_at: DateTime<Utc>,
    index: usize,
) -> Result<Tracked, Vec<String>> {
    if json.len() > MAX_ITEM {
        return Err(vec![format!("is larger than {MAX_ITEM} bytes")]);
    }
    let item: Object<Fields<'_>> =
        serde_json::from_str(json).map_err(|error| vec![format!("cannot be read: {error}")])?;
    check(item.get(), json, call, request, received_at, index)
}

/// The same for an item that has been parsed; `json` is what an id is made of when it has none.
pub(super) fn check(
    item: Option<&Fields<'_>>,
    json: &str,
    call: Option<Call>,
    request: &OfAll<'_>,
    received_at: DateTime<Utc>,
    index: usize,
) -> Result<Tracked, Vec<String>> {
    let Some(fields) = item else {
        return Err(vec!["must be an object".to_owned()]);
    };
    let mut reader = Reader { problems: Vec::new() };

    let call = call.or_else(|| reader.call(&fields.call));
    let user = reader.required("userId or anonymousId", |reader| {
        let user = reader.text("userId", &fields.user_id, 200);
        user.or_else(|| reader.text("anonymousId", &fields.anonymous_id, 200))
    });
    let sent_at = reader.time("sentAt", &fields.sent_at).or_else(|| reader.read_time("sentAt", request.sent_at));
    let original = reader
        .time("originalTimestamp", &fields.original_timestamp)
        .or_else(|| reader.time("timestamp", &fields.timestamp));
    let message_id = reader
        .text("messageId", &fields.message_id, 100)
        .unwrap_or_else(|| id_of_content(json, original.is_none().then_some((received_at, index))));
    let customer = match call {
        Some(Call::Group) => reader.required("groupId", |reader| reader.customer(fields, request)),
        _ => reader.customer(fields, request),
    };
    let act = match call {
        None => None,
        Some(Call::Identify) => traits::read_person(&mut reader, fields.traits, &fields.context).map(Act::Identify),
        Some(Call::Group) => {
            traits::read_company(&mut reader, fields.traits).map(|company| Act::Group(Box::new(company)))
        }
        Some(Call::Alias) => reader
            .required("previousId", |reader| reader.text("previousId", &fields.previous_id, 200))
            .map(|previous| Act::Alias { previous }),
        Some(call @ (Call::Track | Call::Page | Call::Screen)) => {
            let at = reader.happened_at(time::corrected(original, sent_at, received_at), received_at);
            let feature = reader.feature(call, fields);
            let (count, duration_secs) = reader.amounts(&fields.properties);
            Some(Act::Use(Use { at, feature, count, duration_secs }))
        }
    };
    let said_at = original.map_or(received_at, |original| original.min(received_at));
    match (user, act) {
        (Some(user), Some(act)) if reader.problems.is_empty() => {
            Ok(Tracked { index, message_id, user, customer, said_at, act })
        }
        _ => Err(reader.problems),
    }
}

/// An id for a message that has none: the same content is the same message. Content without a time says nothing about which
/// moment it speaks of, so that the moment of receiving and the place in the request make the difference.
fn id_of_content(json: &str, without_time: Option<(DateTime<Utc>, usize)>) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new_with_prefix(json.as_bytes());
    if let Some((received_at, index)) = without_time {
        hash.update(received_at.timestamp_millis().to_be_bytes());
        hash.update(index.to_be_bytes());
    }
    let hash = hash.finalize().iter().take(16).fold(0_u128, |hash, byte| (hash << 8) | u128::from(*byte));
    format!("content-{hash:032x}")
}

/// Notes what is wrong about an item.
pub(super) struct Reader {
    problems: Vec<String>,
}

impl Reader {
    pub(super) fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// What must be there; a value that is there and wrong is named once.
    fn required<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let problems = self.problems.len();
        let value = read(self);
        if value.is_none() && self.problems.len() == problems {
            self.problem(format!("{name} is required"));
        }
        value
    }

    fn call(&mut self, value: &Scalar<'_>) -> Option<Call> {
        let call = match value {
            Scalar::Text(word) => Call::parse(word),
            _ => None,
        };
        if call.is_none() {
            let known = Call::ALL.iter().map(|call| call.as_str()).collect::<Vec<_>>().join(", ");
            self.problem(format!("type must be one of {known}"));
        }
        call
    }

    /// A line of text; a whole number counts as its digits. Absent and empty are alike.
    pub(super) fn text(&mut self, name: &str, value: &Scalar<'_>, max: usize) -> Option<String> {
        let text = match value {
            Scalar::Absent => return None,
            Scalar::Text(text) => text.trim(),
            Scalar::Whole(number) => return Some(number.to_string()),
            Scalar::Number(_) | Scalar::Other => {
                self.problem(format!("{name} must be a text"));
                return None;
            }
        };
        if text.is_empty() {
            return None;
        }
        if text.len() > max && text.chars().count() > max {
            self.problem(format!("{name} must have at most {max} characters"));
            return None;
        }
        let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if !plain && text.chars().any(char::is_control) {
            self.problem(format!("{name} must be a single line without control characters"));
            return None;
        }
        Some(text.to_owned())
    }

    fn time(&mut self, name: &str, value: &Scalar<'_>) -> Option<DateTime<Utc>> {
        self.read_time(name, Moment::of(value))
    }

    fn read_time(&mut self, name: &str, moment: Moment) -> Option<DateTime<Utc>> {
        match moment {
            Moment::Absent => None,
            Moment::At(time) => Some(time),
            Moment::Wrong => {
                self.problem(format!("{name} must be an ISO 8601 time such as 2026-11-30T09:00:00Z"));
                None
            }
        }
    }

    /// The customer that the item names, or else the one that the request names for all its items.
    fn customer(&mut self, fields: &Fields<'_>, request: &OfAll<'_>) -> Option<CustomerId> {
        let in_context = fields.context.get().map(|context| &context.group_id);
        let of_all = request.group_id;
        let named = [("groupId", Some(&fields.group_id)), ("context.groupId", in_context), ("context.groupId", of_all)];
        for (name, value) in named {
            let Some(text) = value.and_then(|value| self.text(name, value, 1000)) else { continue };
            return CustomerId::parse(&text).map_err(|detail| self.problem(format!("{name} {detail}"))).ok();
        }
        None
    }

    fn happened_at(&mut self, at: DateTime<Utc>, received_at: DateTime<Utc>) -> DateTime<Utc> {
        if at > received_at + time::MAX_AHEAD {
            self.problem("timestamp lies more than an hour in the future");
        }
        if at < received_at - time::MAX_AGE {
            self.problem("timestamp lies more than 400 days in the past");
        }
        at.min(received_at)
    }

    /// What was used: a track's event, a page's or screen's name.
    fn feature(&mut self, call: Call, fields: &Fields<'_>) -> Option<String> {
        if call == Call::Track {
            return self.required("event", |reader| reader.text("event", &fields.event, 100));
        }
        let in_properties = fields.properties.get().map_or(&Scalar::Absent, |properties| &properties.name);
        self.text("name", &fields.name, 100).or_else(|| self.text("properties.name", in_properties, 100))
    }

    /// How many times and for how long, when the properties say so in a way that can be counted.
    fn amounts(&mut self, properties: &Object<Properties<'_>>) -> (u64, u64) {
        let properties = match properties {
            Object::Is(properties) => properties,
            Object::Absent => return (1, 0),
            Object::Other => {
                self.problem("properties must be an object");
                return (1, 0);
            }
        };
        let count = match properties.count {
            Scalar::Whole(count @ 1..=1_000_000) => count as u64,
            _ => 1,
        };
        let duration_secs = match properties.duration_secs {
            Scalar::Whole(seconds @ 0..=31_622_400) => seconds as u64,
            Scalar::Number(seconds) if (0.0..31_622_400.0).contains(&seconds) => seconds.round() as u64,
            _ => 0,
        };
        (count, duration_secs)
    }
}
