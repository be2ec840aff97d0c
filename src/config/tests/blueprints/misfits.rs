//! Components that do not fit together: one change to a good blueprint, and what is said then.

use expect_test::{Expect, expect};

use super::{INSTANCE, shop};
use crate::tests::support::sentences;

#[track_caller]
fn check_wrong(change: &str, from: &str, to: &str, message: Expect) {
    let nix = shop(INSTANCE);
    assert!(nix.contains(from), "{change}: the configuration has `{from}`");
    message.assert_eq(&sentences(&nix.replace(from, to)));
}

#[test]
fn blueprints_that_do_not_fit_together_say_why() {
    check_wrong(
        "a parameter that is missing",
        r#"parameters.name = "store";"#,
        "",
        expect![[r#"
        the instance `store` has to set the parameter `name` of the blueprint `shop`, which has no default
          set `parameters.name` of the instance
    "#]],
    );
    check_wrong(
        "a rule that is broken",
        "workers = { type = \"int\"; default = 4;",
        "workers = { type = \"int\"; default = 1;",
        expect![[r#"
            the instance `store` breaks the rule `enough-workers` of the blueprint `shop`: one worker cannot restart in turn
              the rule is `inputs.app.workers >= 2`
        "#]],
    );
    check_wrong(
        "an input without a value",
        r#"connections = [ { from = "db.url"; to = "app.url"; } ];"#,
        "",
        expect![[r#"
            the component `app` of the blueprint `shop` needs the input `url`
              set it under `inputs` of the component, or connect an output to it under `connections`
        "#]],
    );
    check_wrong(
        "types that differ",
        r#"from = "db.url""#,
        r#"from = "db.port""#,
        expect![[r#"
            `db.port` is of type `port` and cannot go to `app.url`, which is of type `string`
              change one of the types, or give the connection a `transform`: `toString`, `toInt`, `toJSON`, `fromJSON`, `toUpper`, `toLower`
        "#]],
    );
    check_wrong(
        "an unknown output",
        r#"from = "db.url""#,
        r#"from = "db.ulr""#,
        expect![[r#"
        the component `db` has no output `ulr`
          did you mean `url`? Otherwise declare it under `interface.outputs`
    "#]],
    );
    check_wrong(
        "an unknown input",
        r#"to = "app.url""#,
        r#"to = "app.uri""#,
        expect![[r#"
        the component `app` has no input `uri`
          did you mean `url`? Otherwise declare it under `interface.inputs`
    "#]],
    );
    check_wrong(
        "an unknown member",
        r#"from = "db.url""#,
        r#"from = "database.url""#,
        expect![[r#"
        the connection `database.url` of the blueprint `shop` names `database`, which is no component of the blueprint
          there are `metrics`, `app`, `db`; or add it under `components`
    "#]],
    );
    check_wrong(
        "an end without a name",
        r#"from = "db.url""#,
        r#"from = "db""#,
        expect![[r#"
        `db` in the connections of the blueprint `shop` is not of the form COMPONENT.NAME
          write `database.url`, say
    "#]],
    );
    check_wrong(
        "an unknown transform",
        r#"to = "app.url";"#,
        r#"to = "app.url"; transform = "reverse";"#,
        expect![[r#"
            the connection from `db.url` to `app.url` has the transform `reverse`, which does not exist
              there are `toString`, `toInt`, `toJSON`, `fromJSON`, `toUpper`, `toLower`
        "#]],
    );
    check_wrong(
        "an input given twice",
        "inputs.workers =",
        "inputs.url = \"x\"; inputs.workers =",
        expect![[r#"
        the input `app.url` of the blueprint `shop` is given twice
          remove all but one of: `inputs` of the component, the connection from `db.url`
    "#]],
    );
    check_wrong(
        "an input that does not exist",
        "inputs.workers =",
        "inputs.wrokers =",
        expect![[r#"
        the component `app` has no input `wrokers`
          did you mean `workers`? Otherwise declare it under `components.app.interface.inputs`
    "#]],
    );
    check_wrong(
        "an input of another type",
        "\"{{ parameters.workers }}\"",
        "\"many\"",
        expect![[r#"
        the input `workers` of the component `app` in the blueprint `shop` is "many": expected a whole number
    "#]],
    );
    check_wrong(
        "a requirement that nothing provides",
        r#"provides = [ "sql" ]"#,
        "provides = [ ]",
        expect![[r#"
        the component `app` of the blueprint `shop` requires `sql`, which nothing in it provides
          no declared component provides it
    "#]],
    );
    check_wrong(
        "components that conflict",
        r#"provides = [ "sql" ]"#,
        r#"provides = [ "sql" ]; properties.compatibility.conflicts = [ "app" ]"#,
        expect![[r#"
            the components `db` and `app` of the blueprint `shop` conflict over `app`
              keep one of them, or give one a `condition`
        "#]],
    );
    check_wrong(
        "components that need each other",
        r#"provides = [ "sql" ]"#,
        r#"provides = [ "sql" ]; properties.compatibility.requires = [ "app" ]"#,
        expect![[r#"
            the components of the blueprint `shop` depend on each other: `app` needs `db` needs `app`
              remove one of these connections or `requires`, so that one of them can be set up first
        "#]],
    );
    check_wrong(
        "two of one name",
        r#"alias = "db";"#,
        "alias = \"app\";",
        expect![[r#"
        hypervisor.composition.blueprints.shop.components: `app` is there twice. Give one of them an `alias`.
    "#]],
    );
    check_wrong(
        "a value that does not exist",
        "{{ inputs.workers }}",
        "{{ inputs.worker }}",
        expect![[r#"
        the component `app` has `{{ inputs.worker }}` in its text, which has no value
          did you mean `inputs.workers`? Otherwise declare it, and give it a value
    "#]],
    );
    check_wrong(
        "a condition that is no boolean",
        r#""parameters.metrics""#,
        r#""parameters.workers""#,
        expect![[r#"
        the condition of the component `metrics` of the blueprint `shop`, `parameters.workers`, is 4, expected true or false
          write a Nix expression that is true or false, such as `parameters.replicas > 1`
    "#]],
    );
    check_wrong(
        "a condition that does not evaluate",
        r#""parameters.metrics""#,
        r#""parameters.metric""#,
        expect![[r#"
            the condition of the component `metrics` of the blueprint `shop`, `parameters.metric`, does not evaluate: attribute 'metric' missing
              write a Nix expression that is true or false, such as `parameters.replicas > 1`
        "#]],
    );
    check_wrong(
        "a validation that is no range",
        r#""1..8""#,
        r#""few""#,
        expect![[r#"
        the validation of the parameter `workers` of the blueprint `shop` makes no sense: `few` is no range
          write a regular expression for text, `LEAST..MOST` for numbers and sizes
    "#]],
    );
    check_wrong(
        "another architecture",
        "blueprint = \"shop\";\n",
        "blueprint = \"shop\"; overrides.resources.compute.architecture = \"aarch64\";\n",
        expect![[r#"
            the component `app` runs on x86_64, and the instance `store` is aarch64
              add "aarch64" to its `properties.compatibility.architectures` if it runs there
            the component `database` runs on x86_64, and the instance `store` is aarch64
              add "aarch64" to its `properties.compatibility.architectures` if it runs there
        "#]],
    );
    check_wrong(
        "a layer before what it needs",
        "connections = [",
        r#"layout.layers = [ { name = "a"; components = [ "app" ]; } { name = "b"; order = 1; components = [ "db" ]; } ]; connections = ["#,
        expect![[r#"
            in the blueprint `shop` the component `app` is in a layer before that of `db`, which it needs
              give the layer of `db` a lower `order`
        "#]],
    );
    check_wrong(
        "an override of nobody",
        "parameters.name =",
        "overrides.components.dbb.inputs.port = 1; parameters.name =",
        expect![[r#"
            `overrides.components` of the instance `store` names `dbb`, which is no component of the blueprint
              did you mean `db`? Otherwise remove it
        "#]],
    );
    check_wrong(
        "a constraint of the blueprint",
        "connections = [",
        "layout.constraints.resources.memory.size.min = \"2Gi\"; connections = [",
        expect![[r#"
            the blueprint `shop` refuses `resources.memory.size = "1536Mi"` of the instance `store`: it has to be at least "2Gi"
              the value comes from the component `db` of the blueprint `shop`; change it, or take the blueprint `shop` off
        "#]],
    );
}
