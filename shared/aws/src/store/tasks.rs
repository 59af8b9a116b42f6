//! Tasks.

use keepwell_domain::event::Fact;
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::task::{Task, TaskState};

use super::change::CustomerChange;
use super::customers::core;
use super::feedback::whereabouts_record;
use super::record::{Record, Table};
use super::{Expect, Store, StoreError, Stored, keys};

impl Store {
    /// A task of a customer.
    pub async fn task(&self, customer: &CustomerId, id: &str) -> Result<Option<Stored<Task>>, StoreError> {
        self.get(Table::Core, &keys::task(customer, id)).await
    }

    /// All tasks of a customer.
    pub async fn tasks_of_customer(&self, customer: &CustomerId) -> Result<Vec<Task>, StoreError> {
        let tasks = self.query_all(&core(customer, keys::TASKS)).await?;
        Ok(tasks.into_iter().map(|stored| stored.value).collect())
    }

    /// All tasks of an owner in a state.
    pub async fn tasks_of_owner(&self, owner: &EmailAddress, state: TaskState) -> Result<Vec<Task>, StoreError> {
        self.tasks_in("by_owner", &format!("T#{}#{state}", owner.normalised())).await
    }

    /// All tasks in a state.
    pub async fn tasks_in_state(&self, state: TaskState) -> Result<Vec<Task>, StoreError> {
        let mut tasks = Vec::new();
        for shard in 0..keys::WORK_SHARDS {
            tasks.extend(self.tasks_in("work", &format!("TASK#{state}#{shard:02}")).await?);
        }
        Ok(tasks)
    }

    async fn tasks_in(&self, index: &'static str, pk: &str) -> Result<Vec<Task>, StoreError> {
        let tasks: Vec<Stored<Task>> = self.query_index(Table::Core, index, pk, None, None).await?;
        Ok(tasks.into_iter().map(|stored| stored.value).collect())
    }
}

impl CustomerChange {
    /// Makes a task: its record, the way to it, its line on the timeline, its event.
    pub fn create_task(&mut self, task: &Task) {
        self.put(task_record(task), Expect::Absent);
        self.put(whereabouts_record(&task.id, &task.customer), Expect::Absent);
        self.timeline(&task.created_entry());
        self.publish(Fact::TaskCreated { task: task.id.clone() });
    }
}

/// The record of a task.
pub fn task_record(task: &Task) -> Result<Record, StoreError> {
    let sk = format!("{}#{}", task.due_on, task.id);
    let shard = keys::shard(&task.id, keys::WORK_SHARDS);
    let record = Record::new(Table::Core, keys::task(&task.customer, &task.id), task)?.indexed(
        "work",
        format!("TASK#{}#{shard:02}", task.state),
        sk.clone(),
    );
    Ok(match &task.owner {
        Some(owner) => record.indexed("by_owner", format!("T#{}#{}", owner.normalised(), task.state), sk),
        None => record,
    })
}
