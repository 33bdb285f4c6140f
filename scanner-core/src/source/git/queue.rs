//! Tasks that make tasks, shared between threads: each keeps its own, and gives when another has none.
//!
//! Apart from `forest` because it knows nothing of packs. A thread's own tasks cost no lock, which is what
//! a queue in the middle would cost for every object.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// What the threads share.
pub(super) struct Queue<T> {
    threads: usize,
    hungry: AtomicUsize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    given: VecDeque<T>,
    waiting: usize,
}

impl<T> Queue<T> {
    pub(super) fn new(threads: usize) -> Queue<T> {
        Queue {
            threads,
            hungry: AtomicUsize::new(0),
            state: Mutex::new(State { given: VecDeque::new(), waiting: 0 }),
            changed: Condvar::new(),
        }
    }

    /// Runs tasks until no thread has any: first this thread's own, the newest first, then those that
    /// `more` makes, then those that other threads give away. Every thread calls this once.
    ///
    /// `run` puts the tasks that come of a task into the list it is given.
    pub(super) fn work(
        &self,
        mut more: impl FnMut(&mut VecDeque<T>),
        mut run: impl FnMut(T, &mut VecDeque<T>),
    ) {
        let _leave = Leave(self);
        let mut own = VecDeque::new();
        loop {
            if own.is_empty() {
                more(&mut own);
            }
            let Some(task) = own.pop_back().or_else(|| self.wait()) else { return };
            run(task, &mut own);
            if own.len() > 1 && self.hungry.load(Ordering::Relaxed) > 0 {
                self.give(&mut own);
            }
        }
    }

    /// Gives the oldest task away: it stands nearest to the root, with the most below it.
    fn give(&self, own: &mut VecDeque<T>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.given.is_empty() {
            state.given.extend(own.pop_front());
            self.changed.notify_one();
        }
    }

    /// A task of another thread, or none, when all are waiting.
    fn wait(&self) -> Option<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting += 1;
        self.hungry.fetch_add(1, Ordering::Relaxed);
        let task = loop {
            if let Some(task) = state.given.pop_front() {
                break Some(task);
            }
            if state.waiting >= self.threads {
                break None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        self.hungry.fetch_sub(1, Ordering::Relaxed);
        if task.is_some() {
            state.waiting -= 1;
        } else {
            self.changed.notify_all();
        }
        task
    }
}

/// Lets the others end when a thread panics in the middle of its work.
struct Leave<'q, T>(&'q Queue<T>);

impl<T> Drop for Leave<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.waiting = self.0.threads;
            self.0.changed.notify_all();
        }
    }
}
