//! Tasks.

use chrono::NaiveDate;
use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_domain::fields::{Line, Text};
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::task::{Priority, Task, TaskState};
use schemars::JsonSchema;

pub(super) fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Tasks",
        [
            Operation::get("/v1/tasks", "getTasks", "Tasks, the earliest due first")
                .query::<CustomerId>("customer", "About this customer.")
                .query::<EmailAddress>("owner", "To be done by this person.")
                .query::<TaskState>("state", "In this state.")
                .query::<NaiveDate>("due_before", "Due before this day.")
                .paged()
                .ok::<Page<'_, Task>>("The tasks."),
            Operation::post("/v1/tasks", "createTask", "Make a task")
                .body::<NewTask>()
                .idempotent()
                .created::<Task>("The task.")
                .etag(),
            Operation::patch("/v1/tasks/{id}", "updateTask", "Change or close a task")
                .about("What is absent stays as it is.")
                .body::<TaskChange>()
                .if_match(IfMatch::WhenSent)
                .ok::<Task>("The task after the change.")
                .etag(),
        ],
    )
}

/// What a task is to be.
#[derive(JsonSchema)]
struct NewTask {
    /// The customer it is about.
    customer: CustomerId,
    /// What to do, one line.
    title: Line<200>,
    /// Why and how.
    detail: Option<Text<5000>>,
    /// Who does it; the customer's owner when absent.
    owner: Option<EmailAddress>,
    /// How much it matters; `normal` when absent.
    priority: Option<Priority>,
    /// By when.
    due_on: NaiveDate,
}

/// What is to change about a task.
#[derive(JsonSchema)]
struct TaskChange {
    /// What to do, one line.
    title: Option<Line<200>>,
    /// Why and how.
    detail: Option<Text<5000>>,
    /// Who does it.
    owner: Option<EmailAddress>,
    /// How much it matters.
    priority: Option<Priority>,
    /// By when.
    due_on: Option<NaiveDate>,
    /// Where it stands.
    state: Option<TaskState>,
}
