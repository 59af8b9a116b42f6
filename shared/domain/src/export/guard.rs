//! Cells that a spreadsheet would take for a formula.
//!
//! A name such as `=HYPERLINK(...)`, sent in by anybody, would be run by the spreadsheet of whoever opens the export. An apostrophe in
//! front makes it text there. Which characters begin a formula: OWASP, "CSV Injection"
//! (<https://owasp.org/www-community/attacks/CSV_Injection>), the full-width forms with them.

/// What a formula can begin with.
const BEGINS_FORMULA: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// The cell with an apostrophe in front, if it begins a formula and is not simply a number. A cell that already has apostrophes in
/// front of a formula gets one more, so that [`unguard`] gives back what there was.
pub fn guard(cell: String) -> String {
    if needs_guard(&cell) { format!("'{cell}") } else { cell }
}

/// The cell without the apostrophe that [`guard`] put in front. Any other apostrophe is a part of the text (`'s-Hertogenbosch`).
pub fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| needs_guard(rest)).unwrap_or(cell)
}

fn needs_guard(cell: &str) -> bool {
    let text = cell.trim_start_matches('\'');
    text.starts_with(BEGINS_FORMULA) && !is_number(text)
}

/// A number as files write it: sign, digits, a fraction, an exponent. Neither `-inf` nor `+49 30` is one.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
        && text.parse::<f64>().is_ok()
}
