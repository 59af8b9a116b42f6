//! A bill as text.

use std::fmt::Write as _;

use keepwell_domain::cost::bill::Bill;

/// The bill by cause and by service, the total, and what a customer costs.
pub(super) fn bill(bill: &Bill) -> String {
    let mut text = format!(
        "{} customers, {} events a day each\n\n",
        grouped(&bill.workload.customers.to_string()),
        bill.workload.events_per_day
    );
    text += &row("cause", "$ a month");
    for of in &bill.causes {
        text += &row(of.cause.label(), &money(of.dollars));
    }
    text += "\n";
    text += &row("service", "$ a month");
    for at in &bill.services {
        text += &row(at.service.label(), &money(at.dollars));
    }
    text += "\n";
    text += &row("together", &money(bill.dollars));
    text += &row("a customer", &format!("{:.5}", bill.dollars_per_customer));
    text
}

/// What was counted with.
pub(super) fn notes(bill: &Bill) -> String {
    let of = &bill.workload;
    let mut text = format!(
        "Each customer has {}, {} and {} a month. {} of {} in a request. {} % of the scores change in a night. {} in the console.\n\
         Prices of {}.\n",
        counted(of.contacts, "contact"),
        counted(of.interactions_per_month, "interaction"),
        counted(of.tickets_per_month, "ticket"),
        counted(of.batch as f64, "event"),
        counted(of.customers_per_batch as f64, "customer"),
        (of.changed_share * 1e4).round() / 1e2,
        counted(of.console_users as f64, "user"),
        bill.prices_of,
    );
    for assumption in bill.assumptions {
        let _ = writeln!(text, "- {assumption}");
    }
    text
}

fn row(name: &str, value: &str) -> String {
    format!("  {name:<38}{value:>12}\n")
}

fn counted(count: f64, what: &str) -> String {
    let text = count.to_string();
    let number = if text.contains('.') { text } else { grouped(&text) };
    let plural = if number == "1" { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// Dollars with two digits, in groups of three.
fn money(dollars: f64) -> String {
    let text = format!("{dollars:.2}");
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    format!("{}.{cents}", grouped(whole))
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
