//! What holds the parts together: who may depend on whom, what the template must say, what Lambda is answered.

mod arrows;
mod lambda;
mod permissions;
mod template;
