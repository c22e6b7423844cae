//! Users, products, orders and payments of the shop, through the application layer on PostgreSQL.

#![allow(clippy::panic, clippy::unwrap_used, reason = "these are tests")]

#[allow(dead_code, reason = "others need more of it")]
mod support;

use access::{Permission, UserId, work_for};
use application::{
    Call, CommandError, IdempotencyKey, Page, QueryError, Receipt,
    catalogue::product::{ProductCommands, ProductQueries},
    identity::user::{UserCommands, UserQueries},
    ordering::order::{OrderCommands, OrderQueries},
};
use audit::{AuditEntry, Filter, Outcome};
use domain::{
    catalogue::product, catalogue::product::values::Tag, identity::user, identity::user::UserError,
    ordering::order,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use support::{Store, store, tenant};
use uuid::Uuid;

/// A command as a request has it.
fn asked<C: DeserializeOwned>(command: Value) -> C {
    serde_json::from_value(command).unwrap()
}

fn unique(prefix: &str) -> String {
    format!("{prefix}-{}", &Uuid::new_v4().simple().to_string()[..12])
}

/// A caller with permissions, who has never called.
fn call(permissions: &[&str]) -> Call {
    let mut call = support::call(&tenant());
    let permissions = permissions.iter().map(|text| Permission::parse(*text).unwrap());
    call.principal.permissions = permissions.collect();
    call
}

async fn told(store: &Store, who: &UserId) -> Vec<AuditEntry> {
    let mut client = store.databases().of(&tenant()).unwrap().get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    work_for(&transaction, &tenant()).await.unwrap();
    let filter = Filter {
        user_id: Some(who.clone()),
        ..Filter::default()
    };
    audit::entries(&transaction, &filter).await.unwrap().entries
}

/// A user with this address, whose account is active.
async fn active_user(store: &Store, call: &Call, email: &str) -> user::values::UserId {
    let commands = UserCommands::new(store.clone());
    let id = unique("u");
    let create = asked(json!({"userId": id, "email": email}));
    commands.create_user(call, create).await.unwrap();
    let id = user::values::UserId::new(id).unwrap();
    commands.activate_user(call, &id, asked(json!({}))).await.unwrap();
    id
}

#[tokio::test]
#[ignore = "needs a database"]
async fn an_address_is_taken_once() {
    let store = store();
    let call = call(&["user:create", "user:write", "user:read"]);
    let (commands, queries) = (UserCommands::new(store.clone()), UserQueries::new(store.clone()));
    let email = format!("{}@example.com", unique("ada"));
    let first = active_user(&store, &call, &email).await;
    let again = asked(json!({"userId": unique("u"), "email": email}));
    let again = commands.create_user(&call, again).await;
    assert!(matches!(again, Err(CommandError::AlreadyExists)));
    let twice = asked(json!({"userId": first, "email": "other@example.com"}));
    let twice = commands.create_user(&call, twice).await;
    assert!(matches!(twice, Err(CommandError::AlreadyExists)));
    let active = commands.activate_user(&call, &first, asked(json!({}))).await;
    assert!(matches!(active, Err(CommandError::Refused(UserError::AlreadyActive))));
    let found = queries.get(&call, &first).await.unwrap().unwrap();
    assert_eq!((found.state.email().as_str(), found.state.active()), (email.as_str(), true));
    assert_eq!(found.version, 2);
    let outcomes: Vec<_> =
        told(&store, &call.principal.user_id).await.iter().map(|entry| entry.outcome).collect();
    let (done, not) = (Outcome::Success, Outcome::Failure);
    assert_eq!(outcomes, [done, done, not, not, not, done]);
}

#[tokio::test]
#[ignore = "needs a database"]
async fn a_key_stands_for_one_request() {
    let store = store();
    let commands = UserCommands::new(store.clone());
    let (id, email) = (unique("u"), format!("{}@example.com", unique("bob")));
    let key = IdempotencyKey::new(unique("key")).unwrap();
    let keyed = call(&["user:create", "user:write"]).with_idempotency_key(key);
    let create = json!({"userId": id, "email": email});
    let receipt = Receipt {
        version: 1,
    };
    for _ in 0..3 {
        assert_eq!(commands.create_user(&keyed, asked(create.clone())).await.unwrap(), receipt);
    }
    let other = asked(json!({"userId": id, "email": "else@example.com"}));
    let other = commands.create_user(&keyed, other).await;
    assert!(matches!(other, Err(CommandError::KeyReused)));
    let id = user::values::UserId::new(id).unwrap();
    let elsewhere = commands.activate_user(&keyed, &id, asked(json!({}))).await;
    assert!(matches!(elsewhere, Err(CommandError::KeyReused)));
    // The key of somebody else is another key.
    let mut somebody = call(&["user:write"]);
    somebody.idempotency_key = keyed.idempotency_key;
    for _ in 0..2 {
        let done = commands.activate_user(&somebody, &id, asked(json!({}))).await.unwrap();
        assert_eq!(done.version, 2);
    }
}

#[tokio::test]
#[ignore = "needs a database"]
async fn who_may_not_is_denied_and_recorded() {
    let store = store();
    let (commands, queries) = (UserCommands::new(store.clone()), UserQueries::new(store.clone()));
    let stranger = call(&[]);
    let create = asked(json!({"userId": unique("u"), "email": "eve@example.com"}));
    let denied = commands.create_user(&stranger, create).await;
    assert!(matches!(denied, Err(CommandError::Denied)));
    let id = user::values::UserId::new("u-anybody").unwrap();
    assert!(matches!(queries.get(&stranger, &id).await, Err(QueryError::Denied)));
    assert!(matches!(commands.erase(&stranger, &id).await, Err(CommandError::Denied)));
    let told = told(&store, &stranger.principal.user_id).await;
    let told: Vec<_> = told.iter().map(|entry| (entry.action.as_str(), entry.outcome)).collect();
    let denied = ["CreateUser", "read", "erase"].map(|action| (action, Outcome::Denied));
    assert_eq!(told, denied);
}

#[tokio::test]
#[ignore = "needs a database"]
async fn lines_and_tags_come_and_go() {
    let store = store();
    let all = ["product:create", "product:write", "product:read", "order:create", "order:write"];
    let call = call(&[all.as_slice(), &["order:read", "order:ship", "order:settle"]].concat());
    let products = ProductCommands::new(store.clone());
    let sku = unique("TEA").to_uppercase();
    let price = json!({"amountMinor": 990, "currency": "EUR"});
    let add = asked(json!({"sku": sku, "title": "Tea", "price": price}));
    products.add_product(&call, add).await.unwrap();
    let sku = product::values::Sku::new(sku).unwrap();
    for tag in ["zz", "aa", "mm"] {
        products.tag_product(&call, &sku, asked(json!({"newTag": tag}))).await.unwrap();
    }
    let found = ProductQueries::new(store.clone()).get(&call, &sku).await.unwrap().unwrap();
    let tags: Vec<_> = found.state.tags().iter().map(Tag::as_str).collect();
    assert_eq!(tags, ["zz", "aa", "mm"], "in the order in which they came");
    assert_eq!(found.version, 4);

    let orders = OrderCommands::new(store.clone());
    let id = order::values::OrderId::new(unique("o")).unwrap();
    let start = asked(json!({"orderId": id, "customer": "u1"}));
    orders.start_order(&call, start).await.unwrap();
    for number in [3, 1, 2] {
        let line = json!({"lineNumber": number, "product": sku, "quantity": number * 10, "unitPrice": price});
        orders.add_order_line(&call, &id, asked(json!({"newLine": line}))).await.unwrap();
    }
    orders.remove_order_line(&call, &id, asked(json!({"lineNumber": 1}))).await.unwrap();
    let address = json!({
        "recipient": "Ada", "street": "1, rue", "postalCode": "75001", "city": "Paris", "country": "FR",
    });
    let place = json!({"deliveryAddress": address, "placedAt": "2026-05-04T03:02:01.123456Z"});
    orders.place_order(&call, &id, asked(place)).await.unwrap();
    let found = OrderQueries::new(store.clone()).get(&call, &id).await.unwrap().unwrap();
    let lines: Vec<_> = found
        .state
        .lines()
        .iter()
        .map(|line| (line.line_number().get(), line.quantity().get()))
        .collect();
    assert_eq!(lines, [(2, 20), (3, 30)]);
    assert_eq!(serde_json::to_value(found.state.delivery_address().unwrap()).unwrap(), address);
    assert_eq!(found.state.placed_at().unwrap().to_string(), "2026-05-04T03:02:01.123456Z");
    let listed =
        OrderQueries::new(store).list(&call, &Page::first().with_limit(200)).await.unwrap();
    assert!(listed.contains(&found));
}

#[tokio::test]
#[ignore = "needs a database"]
async fn who_was_erased_is_nobody() {
    let store = store();
    let call = call(&["user:create", "user:write", "user:read", "user:erase"]);
    let (commands, queries) = (UserCommands::new(store.clone()), UserQueries::new(store.clone()));
    let addresses = ["one", "two"].map(|name| format!("{}@example.com", unique(name)));
    let mut ids = Vec::new();
    for email in &addresses {
        let id = active_user(&store, &call, email).await;
        commands.erase(&call, &id).await.unwrap();
        let left = support::state_of::<user::User>(&store, &id).await.unwrap();
        assert!(left.redacted);
        assert_eq!(left.state.email().as_str(), "redacted@redacted.invalid");
        ids.push(id);
    }
    // One row says what replay says. Of two, one is gone, because an address is unique.
    let mut rows = Vec::new();
    for id in &ids {
        rows.extend(queries.get(&call, id).await.unwrap());
    }
    assert!(rows.len() <= 1);
    assert!(rows.iter().all(|row| row.state.email().as_str() == "redacted@redacted.invalid"));
    for id in &ids {
        let email = asked(json!({"newEmail": "back@example.com"}));
        let back = commands.change_email(&call, id, email).await;
        assert!(matches!(back, Err(CommandError::Erased)));
        let done = commands.deactivate_user(&call, id, asked(json!({}))).await.unwrap();
        assert_eq!(done.version, 3);
        commands.erase(&call, id).await.unwrap();
    }
    // The addresses are free again.
    for email in &addresses {
        active_user(&store, &call, email).await;
    }
}
