//! What the hostile model says of wholes, told once more by hand.

#![allow(clippy::unwrap_used)]

use hostile_u91cf_domain::foundation::{Aggregate, Constraint, Specification, Violation};
use hostile_u91cf_domain::rules::case::commands::{Move, Open};
use hostile_u91cf_domain::rules::case::specifications::{Candidate, Default_, Settled};
use hostile_u91cf_domain::rules::{Case, Unchecked_, case::CaseError};
use serde_json::{Value, from_value, json};

fn span(changes: &Value) -> Result<Unchecked_, String> {
    let mut whole = json!({"whole": 1, "read": 2, "twin": "a", "mirror": "a"});
    for (name, value) in changes.as_object().into_iter().flatten() {
        whole[name] = value.clone();
    }
    from_value(whole).map_err(|refused| refused.to_string())
}

#[test]
fn a_whole_is_read_only_if_it_keeps_its_invariants() {
    for kept in [
        json!({}),
        json!({"it": 2}),
        json!({"since": "2020-01-01", "until": "2020-01-02"}),
        json!({"since": "2020-01-01"}),
        json!({"words": ["x", "y"], "other": "z"}),
        json!({"home": {"email": "a@b"}, "works": [{"email": "c@d"}]}),
    ] {
        assert!(span(&kept).is_ok(), "{kept}");
    }
    for (broken, says) in [
        (json!({"whole": 2}), "whole must be less than `read`"),
        (json!({"it": 1}), "read must not be more than `it`"),
        (json!({"since": "2020-01-01", "until": "2020-01-01"}), "since must be less than `until`"),
        (json!({"words": ["x", "z"], "other": "z"}), "word must have nothing in common with `other`"),
        (json!({"mirror": "b"}), "twin must be the same as `mirror`"),
        (json!({"mirror": null}), "twin must be the same as `mirror`"),
        (
            json!({"home": {"email": "a@b"}, "works": [{"email": "c@d"}, {"email": "a@b"}]}),
            "home must have nothing in common with `work`",
        ),
    ] {
        assert_eq!(span(&broken).unwrap_err(), says, "{broken}");
    }
}

fn open(phone: &Value) -> Result<Case, CaseError> {
    let command: Open = from_value(json!({"caseId": "c", "phone": phone})).unwrap();
    Case::create(command).map(|events| Case::replay(&events).unwrap())
}

fn refused(attribute: &'static str, text: &'static str) -> CaseError {
    Violation::new(attribute, Constraint::Condition(text)).into()
}

#[test]
fn a_command_is_refused_if_the_state_it_leaves_breaks_an_invariant() {
    let nothing = open(&json!(null)).unwrap_err();
    let zero = open(&json!("0")).unwrap_err();
    assert!(open(&json!("1")).is_ok());
    assert_eq!(nothing, refused("Case", "one of its conditions must hold"));
    assert_eq!(zero, refused("phone", "a condition of it must not hold"));
    let case = open(&json!("1")).unwrap();
    let moved = |day: &str| from_value::<Move>(json!({"since": day})).unwrap();
    assert!(case.handle(moved("1999-12-31")).is_ok());
    let early = case.handle(moved("1999-12-30")).unwrap_err();
    assert_eq!(early, refused("Case", "Has a \"date\" */ [or] <none>."));
    assert!(case.handle(moved("2999-12-31")).is_err());
}

#[test]
fn specifications_are_met_or_not_and_put_together() {
    let case = open(&json!("22")).unwrap();
    assert!(Default_.is_satisfied_by(&case));
    assert!(Candidate.is_satisfied_by(&case));
    assert!(!Settled.is_satisfied_by(&case));
    assert!(Default_.and(Settled.not()).is_satisfied_by(&case));
    assert!(!Default_.and(Settled).or(Candidate.not()).is_satisfied_by(&case));
}
