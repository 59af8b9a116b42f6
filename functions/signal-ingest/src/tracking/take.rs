//! Takes the items of a request in: finds out whom they are about, and writes them customer by customer.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::future::try_join_all;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::ApiError;
use keepwell_aws::store::transaction::MAX_WRITES;
use keepwell_aws::store::users::user_record;
use keepwell_aws::store::{Expect, StoreError, Stored, Transaction};
use keepwell_domain::customer::Customer;
use keepwell_domain::id::CustomerId;
use keepwell_domain::tracking::people::{MAX_ALIASES, People};
use keepwell_domain::tracking::placing::place;
use keepwell_domain::tracking::{Act, Rejection, Tracked};

use super::customer;

/// Customers that are read or written at the same time.
const AT_ONCE: usize = 16;

/// The users of a request as they were read.
pub(super) struct Known {
    pub(super) people: People,
    revisions: HashMap<String, u64>,
}

impl Known {
    /// What must be true of a user's row for it to be written.
    pub(super) fn expect(&self, user: &str) -> Expect {
        self.revisions.get(user).map_or(Expect::Absent, |revision| Expect::Revision(*revision))
    }
}

/// Writes the items, each customer's in transactions of its own. Answers those that are about no customer.
///
/// Doing it again, after a conflict or when the request is repeated, writes only what is not written yet.
pub(super) async fn take(cloud: &Cloud, items: &[Tracked]) -> Result<Vec<Rejection>, ApiError> {
    let mut known = users(cloud, items).await?;
    let mut customers = customers(cloud, items, &known.people).await?;
    let made: BTreeSet<&CustomerId> = items
        .iter()
        .filter(|item| matches!(item.act, Act::Group(_)))
        .filter_map(|item| item.customer.as_ref())
        .collect();
    let there: BTreeSet<CustomerId> = customers.keys().chain(made).cloned().collect();
    let exists = |customer: &CustomerId| there.contains(customer);
    known.people.learn(items, exists);
    let placed = place(items, &known.people, exists);

    let mut rejected = placed.rejected;
    let mut about: Vec<_> =
        placed.customers.into_iter().map(|(id, about)| (customers.remove(&id), id, about)).collect();
    while !about.is_empty() {
        let next = about.drain(..about.len().min(AT_ONCE));
        let writes = next.map(|(stored, id, about)| customer::write(cloud, stored, id, about, &known));
        rejected.extend(try_join_all(writes).await?.into_iter().flatten());
    }
    write_users_alone(cloud, &known).await?;
    Ok(rejected)
}

/// Reads the users that the items name, and those that they are aliases of.
async fn users(cloud: &Cloud, items: &[Tracked]) -> Result<Known, StoreError> {
    let mut known = Known { people: People::default(), revisions: HashMap::new() };
    let mut ids = People::named(items);
    for _ in 0..=MAX_ALIASES {
        if ids.is_empty() {
            break;
        }
        let stored = cloud.store.users(&ids).await?;
        known.revisions.extend(stored.iter().map(|stored| (stored.value.id.clone(), stored.revision)));
        ids = known.people.know(stored.into_iter().map(|stored| stored.value));
    }
    Ok(known)
}

/// Reads the customers that the items name or their users belong to, those that exist.
async fn customers(
    cloud: &Cloud,
    items: &[Tracked],
    people: &People,
) -> Result<BTreeMap<CustomerId, Stored<Customer>>, StoreError> {
    let named = items.iter().filter_map(|item| item.customer.as_ref());
    let ids: BTreeSet<&CustomerId> = named.chain(people.customers()).collect();
    let ids: Vec<&CustomerId> = ids.into_iter().collect();
    let mut customers = BTreeMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let stored = try_join_all(ids.iter().map(|id| cloud.store.customer(id))).await?;
        customers.extend(stored.into_iter().flatten().map(|stored| (stored.value.id.clone(), stored)));
    }
    Ok(customers)
}

/// Users who belong to no customer yet.
async fn write_users_alone(cloud: &Cloud, known: &Known) -> Result<(), ApiError> {
    for users in known.people.to_write(None).chunks(MAX_WRITES) {
        let mut transaction = Transaction::default();
        for user in users {
            transaction.put(user_record(user, cloud.now()), known.expect(&user.id));
        }
        transaction.commit(&cloud.store).await?;
    }
    Ok(())
}
