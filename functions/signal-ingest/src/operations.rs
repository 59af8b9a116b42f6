//! What the description of the API says of this function's routes: `docs/openapi.json` is made from it, and the stories prove it.
#![expect(dead_code, reason = "what bodies are said to be is never made; it is read by its own rules")]

mod arrays;
mod tracking;

use keepwell_aws::http::Operation;

/// An operation for every route.
pub fn operations() -> Vec<Operation> {
    [tracking::operations(), arrays::operations()].concat()
}
