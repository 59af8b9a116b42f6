//! Where: countries with their time zones, languages and people's names.

use chrono_tz::Tz;

use super::curve::Dice;

/// Where a customer sits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) country: &'static str,
    pub(super) zone: Tz,
    pub(super) locale: &'static str,
    first: &'static [&'static str],
    last: &'static [&'static str],
}

impl Place {
    const fn new(country: &'static str, zone: Tz, locale: &'static str, (first, last): Names) -> Self {
        Self { country, zone, locale, first, last }
    }

    /// `count` people with different first names.
    pub(super) fn people(&self, dice: &mut Dice, count: usize) -> Vec<(&'static str, &'static str)> {
        let last = dice.deck(self.last);
        dice.shuffled(self.first).into_iter().zip(last).take(count).collect()
    }
}

/// First and last names of a language.
type Names = (&'static [&'static str], &'static [&'static str]);

const ENGLISH: Names = (
    &["Olivia", "Marcus", "Priya", "Jordan", "Hannah", "Tobias", "Grace", "Dewi", "Callum", "Nadia", "Theo", "Imogen"],
    &[
        "Whitlock",
        "Adeyemi",
        "Harper",
        "Sandoval",
        "Pryce",
        "Kowalczyk",
        "Brennan",
        "Ellery",
        "Nakamura",
        "Fairweather",
    ],
);
const GERMAN: Names = (
    &["Jürgen", "Katrin", "Moritz", "Annika", "Stefan", "Leonie", "Björn", "Mareike", "Emre", "Greta"],
    &["Keller", "Schäfer", "Vogt", "Brandl", "Yıldız", "Hoffmann", "Reuter", "Lindner"],
);
const FRENCH: Names = (
    &["Amélie", "Baptiste", "Chloé", "Étienne", "Inès", "Karim", "Margaux", "Rémi", "Solène", "Yanis"],
    &["Lefèvre", "Moreau", "Bensaïd", "Garnier", "Chevalier", "Roussel", "Fontaine", "Perrin"],
);
const SPANISH: Names = (
    &["Lucía", "Íñigo", "Marta", "Álvaro", "Carmen", "Joaquín", "Nerea", "Pau", "Rocío", "Sergi"],
    &["Núñez", "Castellanos", "Ibáñez", "Prieto", "Serrano", "Vidal", "Quintana", "Ferrer"],
);
const NORDIC: Names = (
    &["Astrid", "Elias", "Freja", "Håkan", "Ingrid", "Jørgen", "Linnéa", "Oskar", "Signe", "Ville"],
    &["Lindqvist", "Søndergaard", "Bergström", "Halvorsen", "Ekman", "Nyström", "Korhonen", "Dahl"],
);
const POLISH: Names = (
    &["Agnieszka", "Bartosz", "Dorota", "Grzegorz", "Kinga", "Łukasz", "Małgorzata", "Paweł", "Zofia", "Wojciech"],
    &["Zieliński", "Wróbel", "Maj", "Sikora", "Górski", "Lis", "Krawczyk", "Duda"],
);
const PORTUGUESE: Names = (
    &["Beatriz", "Caio", "Fernanda", "João", "Letícia", "Otávio", "Rafaela", "Thiago", "Vitória", "Davi"],
    &["Andrade", "Figueiredo", "Moura", "Cardoso", "Barreto", "Teixeira", "Nogueira", "Assis"],
);
const INDIAN: Names = (
    &["Aarav", "Divya", "Farhan", "Ishita", "Kavya", "Manoj", "Neha", "Rohan", "Sunita", "Vikram"],
    &["Banerjee", "Iyer", "Kulkarni", "Menon", "Qureshi", "Reddy", "Saxena", "Thakur"],
);
const JAPANESE: Names = (
    &["Akari", "Daichi", "Haruka", "Kenji", "Mio", "Naoki", "Rin", "Shun", "Tomoko", "Yuto"],
    &["Aoki", "Fujisawa", "Hayashi", "Kurosawa", "Mori", "Nishida", "Ogawa", "Takeda"],
);

pub(super) const NEW_YORK: Place = Place::new("United States", Tz::America__New_York, "en-US", ENGLISH);
pub(super) const CHICAGO: Place = Place::new("United States", Tz::America__Chicago, "en-US", ENGLISH);
pub(super) const SEATTLE: Place = Place::new("United States", Tz::America__Los_Angeles, "en-US", ENGLISH);
pub(super) const TORONTO: Place = Place::new("Canada", Tz::America__Toronto, "en-CA", ENGLISH);
pub(super) const LONDON: Place = Place::new("United Kingdom", Tz::Europe__London, "en-GB", ENGLISH);
pub(super) const DUBLIN: Place = Place::new("Ireland", Tz::Europe__Dublin, "en-IE", ENGLISH);
pub(super) const SYDNEY: Place = Place::new("Australia", Tz::Australia__Sydney, "en-AU", ENGLISH);
pub(super) const BERLIN: Place = Place::new("Germany", Tz::Europe__Berlin, "de-DE", GERMAN);
pub(super) const VIENNA: Place = Place::new("Austria", Tz::Europe__Vienna, "de-AT", GERMAN);
pub(super) const LYON: Place = Place::new("France", Tz::Europe__Paris, "fr-FR", FRENCH);
pub(super) const MADRID: Place = Place::new("Spain", Tz::Europe__Madrid, "es-ES", SPANISH);
pub(super) const BOGOTA: Place = Place::new("Colombia", Tz::America__Bogota, "es-CO", SPANISH);
pub(super) const STOCKHOLM: Place = Place::new("Sweden", Tz::Europe__Stockholm, "sv-SE", NORDIC);
pub(super) const OSLO: Place = Place::new("Norway", Tz::Europe__Oslo, "nb-NO", NORDIC);
pub(super) const KRAKOW: Place = Place::new("Poland", Tz::Europe__Warsaw, "pl-PL", POLISH);
pub(super) const SAO_PAULO: Place = Place::new("Brazil", Tz::America__Sao_Paulo, "pt-BR", PORTUGUESE);
pub(super) const PUNE: Place = Place::new("India", Tz::Asia__Kolkata, "en-IN", INDIAN);
pub(super) const OSAKA: Place = Place::new("Japan", Tz::Asia__Tokyo, "ja-JP", JAPANESE);

/// Where background customers sit; the first stand twice because most are there.
pub(super) const PLACES: [Place; 22] = [
    NEW_YORK, NEW_YORK, CHICAGO, CHICAGO, SEATTLE, LONDON, LONDON, BERLIN, TORONTO, DUBLIN, SYDNEY, VIENNA, LYON,
    MADRID, BOGOTA, STOCKHOLM, OSLO, KRAKOW, SAO_PAULO, PUNE, OSAKA, BERLIN,
];

/// A name as the local part of an address: ASCII, lower case (`Jürgen` -> `juergen`). What has no equivalent is left out.
pub(super) fn mailbox(name: &str) -> String {
    let mut mailbox = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        let plain = match letter {
            'ä' => "ae",
            'ö' | 'ø' => "oe",
            'ü' => "ue",
            'å' | 'á' | 'ã' => "a",
            'é' | 'è' => "e",
            'í' | 'ï' | 'ı' => "i",
            'ó' => "o",
            'ú' => "u",
            'ç' => "c",
            'ñ' | 'ń' => "n",
            'ł' => "l",
            _ => "",
        };
        mailbox.push_str(plain);
        if letter.is_ascii_alphanumeric() {
            mailbox.push(letter);
        }
    }
    mailbox
}
