//! The trace of AWS X-Ray that a request began, and that its events carry on.

/// A tracing header: `Root=1-…;Parent=…;Sampled=1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceHeader {
    root: String,
    header: String,
}

impl TraceHeader {
    /// Reads a header as Lambda and SQS hand it over. Fields beside `Root`, `Parent` and `Sampled` are left away; `None` for anything
    /// that does not look like one.
    pub fn parse(text: &str) -> Option<Self> {
        let field = |name: &str, is_good: fn(&str) -> bool| {
            let found = text.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
            found.filter(|value| is_good(value))
        };
        let root = field("Root", is_trace_id)?;
        let mut header = format!("Root={root}");
        if let Some(parent) = field("Parent", |value| value.len() == 16 && is_hex(value)) {
            header = format!("{header};Parent={parent}");
        }
        if let Some(sampled) = field("Sampled", |value| ["0", "1"].contains(&value)) {
            header = format!("{header};Sampled={sampled}");
        }
        Some(Self { root: root.to_owned(), header })
    }

    /// The id of the trace: what X-Ray's console and the logs look for.
    pub fn id(&self) -> &str {
        &self.root
    }

    /// The header, to be handed on.
    pub fn as_str(&self) -> &str {
        &self.header
    }
}

/// `1-<8 hexadecimal digits>-<24 of them>`.
fn is_trace_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts.as_slice(), ["1", time, rest] if time.len() == 8 && rest.len() == 24 && is_hex(time) && is_hex(rest))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::TraceHeader;

    const ROOT: &str = "1-5759e988-bd862e3fe1be46a994272793";

    #[test]
    fn a_header_of_lambda_is_read_and_its_lineage_left_away() {
        let header = TraceHeader::parse(&format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0"));
        let Some(header) = header else { panic!("it is one") };
        assert_eq!(header.id(), ROOT);
        assert_eq!(header.as_str(), format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1"));
        assert_eq!(TraceHeader::parse(header.as_str()), Some(header));
    }

    #[test]
    fn what_is_not_a_header_is_not_carried_on() {
        for text in
            ["", "Root=", "Root=dora@acme.example", "Root=1-5759e988-short", "Parent=53995c3f42cd8ad8;Sampled=1"]
        {
            assert_eq!(TraceHeader::parse(text), None, "{text:?}");
        }
        let odd = TraceHeader::parse(&format!("Root={ROOT};Parent=dora@acme.example;Sampled=?"));
        assert_eq!(odd.map(|odd| odd.as_str().to_owned()), Some(format!("Root={ROOT}")));
    }
}
