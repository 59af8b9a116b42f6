//! What a product's back end sends through Segment's SDKs, and the write keys that let it.

mod keys;
