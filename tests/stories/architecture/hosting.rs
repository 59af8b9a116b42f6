//! The console and the API behind one address, and what a function is told of the deployment.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::template::{events, functions, members, template, texts};

fn properties<'a>(template: &'a Value, name: &str) -> &'a Value {
    &template["Resources"][name]["Properties"]
}

#[test]
fn every_bucket_is_private_and_spoken_to_by_tls_alone() {
    let template = template();
    for (name, bucket) in members(&template["Resources"]).filter(|(_, it)| it["Type"] == "AWS::S3::Bucket") {
        let block = &bucket["Properties"]["PublicAccessBlockConfiguration"];
        for what in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
            assert_eq!(block[what], true, "{name}: {what}");
        }
        let statements = properties(&template, &format!("{name}Policy"))["PolicyDocument"]["Statement"].as_array();
        let denies = statements.into_iter().flatten().any(|statement| {
            statement["Effect"] == "Deny"
                && statement["Principal"] == "*"
                && statement["Condition"] == json!({ "Bool": { "aws:SecureTransport": "false" } })
        });
        assert!(denies, "{name}");
    }
}

#[test]
fn the_console_is_read_by_its_own_cloudfront_alone() {
    let template = template();
    let statements =
        properties(&template, "ConsoleBucketPolicy")["PolicyDocument"]["Statement"].as_array().expect("statements");
    let allowed: Vec<&Value> = statements.iter().filter(|it| it["Effect"] == "Allow").collect();
    assert_eq!(allowed.len(), 1);
    assert_eq!(allowed[0]["Principal"], json!({ "Service": "cloudfront.amazonaws.com" }));
    assert_eq!(allowed[0]["Action"], "s3:GetObject");
    let source = allowed[0]["Condition"]["StringEquals"]["aws:SourceArn"].as_str().unwrap_or_default();
    assert!(source.ends_with(":distribution/${ConsoleDistribution}"), "{source}");
}

#[test]
fn what_the_functions_answer_comes_through_cloudfront_unchanged_and_uncached() {
    let template = template();
    let distribution = &properties(&template, "ConsoleDistribution")["DistributionConfig"];
    assert_eq!(distribution["HttpVersion"], "http2and3");
    let behaviors = distribution["CacheBehaviors"].as_array().expect("behaviors");
    for behavior in behaviors {
        let path = &behavior["PathPattern"];
        assert_eq!(behavior["TargetOriginId"], "api", "{path}");
        assert_eq!(behavior["CachePolicyId"], "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "{path}: CachingDisabled");
        assert_eq!(
            behavior["OriginRequestPolicyId"], "b689b0a8-53d0-40ab-baf2-68738e2966ac",
            "{path}: AllViewerExceptHostHeader, which passes the token on"
        );
        assert_eq!(texts(&behavior["AllowedMethods"]).len(), 7, "{path}: every method");
        assert!(behavior["FunctionAssociations"].is_null(), "{path} is no place in the console");
    }
    // Every route of every function is reached by one of them: nothing else is the API's.
    let patterns: Vec<&str> =
        behaviors.iter().filter_map(|behavior| behavior["PathPattern"].as_str()?.strip_suffix('*')).collect();
    for (name, function) in functions(&template) {
        for route in events(&function, "HttpApi") {
            let path = route["Path"].as_str().unwrap_or_default();
            assert!(patterns.iter().any(|pattern| path.starts_with(pattern)), "{name}: {path}");
        }
    }
    // The pages for contacts bring a policy of their own, which must not be replaced.
    let for_api = &properties(&template, "ApiHeaders")["ResponseHeadersPolicyConfig"];
    assert_eq!(
        for_api["SecurityHeadersConfig"],
        json!({ "StrictTransportSecurity": { "AccessControlMaxAgeSec": 63_072_000, "IncludeSubdomains": false, "Override": false } })
    );
    assert!(for_api["CustomHeadersConfig"].is_null());
}

#[test]
fn the_console_runs_its_own_scripts_alone_and_speaks_to_nobody_but_the_sign_in() {
    let template = template();
    let headers = &properties(&template, "ConsoleHeaders")["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"];
    let policy = &headers["ContentSecurityPolicy"];
    assert_eq!(policy["Override"], true);
    assert_eq!(
        policy["ContentSecurityPolicy"][0],
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${SignInOrigin}; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'"
    );
    assert_eq!(headers["FrameOptions"]["FrameOption"], "DENY");
    assert_eq!(headers["ContentTypeOptions"]["Override"], true);
    assert_eq!(headers["ReferrerPolicy"]["ReferrerPolicy"], "same-origin");
    assert_eq!(headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"], 63_072_000);
}

/// The names of the variables of a function, its own and those of all.
fn variables(template: &Value, function: &Value) -> BTreeSet<String> {
    let of_all = &template["Globals"]["Function"]["Environment"]["Variables"];
    let own = &function["is"]["Environment"]["Variables"];
    members(of_all).chain(members(own)).map(|(name, _)| name.clone()).collect()
}

#[test]
fn every_variable_that_is_set_is_read_and_every_one_that_all_need_is_set() {
    let template = template();
    let code = include_str!("../../../shared/aws/src/cloud.rs");
    let named = |how: &str| -> BTreeSet<String> {
        let quoted = code.split(how).skip(1).filter_map(|rest| rest.split_once('"'));
        quoted.map(|(name, _)| name.to_owned()).filter(|name| !name.starts_with("AWS_")).collect()
    };
    let (mut read, mut required) = (named("optional(\""), named("required(\""));
    required.retain(|name| !name.starts_with("SIGN_IN_")); // needed where there is an issuer
    read.extend(named("required(\""));
    // Changed so that CloudFormation reads the secret again.
    read.insert("LINK_KEYS_REVISION".to_owned());
    let mut set = BTreeSet::new();
    for (name, function) in functions(&template) {
        let variables = variables(&template, &function);
        let missing: Vec<_> = required.difference(&variables).collect();
        assert!(missing.is_empty(), "{name} lacks {missing:?}");
        set.extend(variables);
    }
    assert_eq!(set, read);
}

#[test]
fn who_sends_mails_knows_the_public_address_and_the_keys_of_links_and_has_no_route() {
    let template = template();
    for (name, function) in functions(&template) {
        let role = function["is"]["Role"].as_str().and_then(|role| role.strip_suffix(".Arn")).unwrap_or_default();
        let sends = properties(&template, role).to_string().contains("ses:SendRawEmail");
        let variables = variables(&template, &function);
        assert_eq!(variables.contains("PUBLIC_URL"), sends, "{name}");
        assert!(variables.contains("LINK_KEYS") || !sends, "{name}");
        // The public address may be CloudFront's, which is made after the API, which is made after the functions it calls.
        assert!(events(&function, "HttpApi").is_empty() || !sends, "{name}: CloudFormation cannot make that");
    }
}

#[test]
fn the_functions_get_every_link_key_so_that_keys_can_be_changed() {
    let template = template();
    for (name, function) in functions(&template) {
        let keys = &function["is"]["Environment"]["Variables"]["LINK_KEYS"];
        assert!(keys.is_null() || keys == "{{resolve:secretsmanager:${LinkKeys}}}", "{name}: {keys}");
    }
    let secret = properties(&template, "LinkKeys");
    let begun: Value =
        serde_json::from_str(secret["GenerateSecretString"]["SecretStringTemplate"].as_str().unwrap_or_default())
            .expect("the template of the secret is JSON");
    assert_eq!(begun["current"], secret["GenerateSecretString"]["GenerateStringKey"]);
    // What is generated is read as base64.
    let length = secret["GenerateSecretString"]["PasswordLength"].as_u64().unwrap_or_default();
    assert!(length.is_multiple_of(4) && (43..=86).contains(&length), "{length}");
    assert_eq!(secret["GenerateSecretString"]["ExcludePunctuation"], true);
}

#[test]
fn a_route_that_says_nothing_wants_a_token() {
    let auth = &properties(&template(), "Api")["Auth"].clone();
    assert_eq!(auth["DefaultAuthorizer"], "People");
    assert!(auth["Authorizers"]["People"]["JwtConfiguration"]["audience"].is_array());
}
