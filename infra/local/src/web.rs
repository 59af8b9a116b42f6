//! The console in the browser: where its files come from, how they are served, and how `cargo run` builds them.
//!
//! | module | what it is |
//! |---|---|
//! | [`build`] | finds the sources, decides whether they are newer than the build, runs npm |
//! | [`embedded`] | the files that a release binary carries |
//! | [`serve`] | the routes: pages, assets, headers |

pub mod build;
pub mod embedded;
pub mod serve;

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// The files of a built console.
#[derive(Debug, Clone)]
pub enum Files {
    /// A folder on disk, read at every request, so that a new build shows at once.
    Folder(PathBuf),
    /// Files by their path, part of the program.
    Embedded(&'static [(&'static str, &'static [u8])]),
}

impl Files {
    /// The file at a path such as `assets/app.js`. Paths that lead out of the folder name nothing.
    pub fn get(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            Self::Folder(root) => {
                let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
                if path.is_empty() || !inside {
                    return None;
                }
                std::fs::read(root.join(path)).ok().map(Cow::Owned)
            }
            Self::Embedded(files) => {
                files.iter().find(|(name, _)| *name == path).map(|(_, bytes)| Cow::Borrowed(*bytes))
            }
        }
    }
}

/// What stands at `/`.
#[derive(Debug, Clone)]
pub enum State {
    /// The console.
    Ready(Files),
    /// npm is at work; a page says so and looks again.
    Building,
    /// No console: a page says what to do. With why the build failed, if it did.
    Missing(Option<String>),
}

/// The console of one process. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Console(Arc<RwLock<State>>);

impl Console {
    /// A console in a state.
    pub fn new(state: State) -> Self {
        Self(Arc::new(RwLock::new(state)))
    }

    /// The state now.
    pub fn state(&self) -> State {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the state.
    pub fn set(&self, state: State) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = state;
    }
}
