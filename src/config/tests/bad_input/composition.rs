//! Tags, policies, components and blueprints that do not exist or do not fit.

use expect_test::expect;

use super::check;

#[test]
fn an_unknown_tag_under_strict_tags() {
    check(
        r#"
{
  hypervisor.compute.defaults.strictTags = true;
  hypervisor.compute.units.web.tags = [ "prodction" ];
}
"#,
        expect![[r#"
            config::unknown_tag

              × the unit `web` has the tag `prodction`, which is not defined, and
              │ `compute.defaults.strictTags` is on
               ╭─[/etc/hypernix/host.nix:3:42]
             2 │   hypervisor.compute.defaults.strictTags = true;
             3 │   hypervisor.compute.units.web.tags = [ "prodction" ];
               ·                                          ────┬────
               ·                                              ╰── here
             4 │ }
               ╰────
              help: did you mean `production`? Otherwise declare `hypervisor.compute.tags.prodction`
        "#]],
    );
}

#[test]
fn an_unknown_policy() {
    check(
        r#"
{
  hypervisor.compute.units.web.policies = [ "web-teir" ];
}
"#,
        expect![[r#"
            config::unknown_policy

              × the unit `web` has the policy `web-teir`, which is not defined
               ╭─[/etc/hypernix/host.nix:2:46]
             1 │ {
             2 │   hypervisor.compute.units.web.policies = [ "web-teir" ];
               ·                                              ────┬───
               ·                                                  ╰── here
             3 │ }
               ╰────
              help: did you mean `web-tier`? Otherwise declare `hypervisor.compute.policies.web-teir`
        "#]],
    );
}

#[test]
fn an_unknown_option_in_a_tag() {
    check(
        r#"
{
  hypervisor.compute.tags.big = {
    category = "performance";
    values.resources.memory.sise = "16Gi";
  };
}
"#,
        expect![[r#"
            config::unknown_option

              × the tag `big` sets `resources.memory.sise`, which is no option of a unit
               ╭─[/etc/hypernix/host.nix:4:29]
             3 │     category = "performance";
             4 │     values.resources.memory.sise = "16Gi";
               ·                             ──┬─
               ·                               ╰── here
             5 │   };
               ╰────
              help: did you mean `size`? Otherwise remove it
        "#]],
    );
}

#[test]
fn a_wrong_value_in_a_tag() {
    check(
        r#"
{
  hypervisor.compute.tags.big = {
    category = "performance";
    values.resources.compute.units = "many";
  };
  hypervisor.compute.units.web.tags = [ "big" ];
}
"#,
        expect![[r#"
            config::wrong_value

              × `resources.compute.units` of the unit `web` is wrong: it is the text "many", expected a whole
              │ number, not negative
               ╭─[/etc/hypernix/host.nix:4:5]
             3 │     category = "performance";
             4 │     values.resources.compute.units = "many";
               ·     ───────────────┬──────────────
               ·                    ╰── here
             5 │   };
               ╰────
              help: it comes from the tag `big`: change it there, or set it in the unit itself
        "#]],
    );
}

#[test]
fn an_unknown_component() {
    check(
        r#"
{
  hypervisor.composition.components.nginx-base.type = "service";
  hypervisor.composition.blueprints.web.components = [ { component = "nginx-bse"; } ];
  hypervisor.compute.units.web.labels.blueprint = "web";
}
"#,
        expect![[r#"
            config::unknown_component

              × the blueprint `web` has the component `nginx-bse`, which is not defined
               ╭─[/etc/hypernix/host.nix:3:71]
             2 │   hypervisor.composition.components.nginx-base.type = "service";
             3 │   hypervisor.composition.blueprints.web.components = [ { component = "nginx-bse"; } ];
               ·                                                                       ────┬────
               ·                                                                           ╰── here
             4 │   hypervisor.compute.units.web.labels.blueprint = "web";
               ╰────
              help: did you mean `nginx-base`? Otherwise declare `hypervisor.composition.components.nginx-bse`
        "#]],
    );
}

#[test]
fn an_unknown_blueprint() {
    check(
        r#"
{
  hypervisor.compute.units.web.labels.blueprint = "secure-web";
}
"#,
        expect![[r#"
            config::unknown_blueprint

              × the unit `web` is made from the blueprint `secure-web`, which is not defined
               ╭─[/etc/hypernix/host.nix:2:52]
             1 │ {
             2 │   hypervisor.compute.units.web.labels.blueprint = "secure-web";
               ·                                                    ─────┬────
               ·                                                         ╰── here
             3 │ }
               ╰────
              help: there is none; declare `hypervisor.composition.blueprints.secure-web`
        "#]],
    );
}

#[test]
fn an_unknown_blueprint_parameter() {
    check(
        r#"
{
  hypervisor.composition.blueprints.web.parameters.replicas = { type = "int"; default = 1; };
  hypervisor.composition.instances.shop = {
    blueprint = "web";
    parameters.replcas = 3;
  };
}
"#,
        expect![[r#"
            config::unknown_parameter

              × the blueprint `web` has no parameter `replcas`
               ╭─[/etc/hypernix/host.nix:5:16]
             4 │     blueprint = "web";
             5 │     parameters.replcas = 3;
               ·                ───┬───
               ·                   ╰── here
             6 │   };
               ╰────
              help: did you mean `replicas`? Otherwise remove it
        "#]],
    );
}

#[test]
fn a_blueprint_parameter_of_the_wrong_type() {
    check(
        r#"
{
  hypervisor.composition.blueprints.web.parameters.replicas = { type = "int"; default = 1; };
  hypervisor.composition.instances.shop = {
    blueprint = "web";
    parameters.replicas = "three";
  };
}
"#,
        expect![[r#"
            config::wrong_type

              × the parameter `replicas` of the instance `shop` is "three": expected a whole number
               ╭─[/etc/hypernix/host.nix:5:5]
             4 │     blueprint = "web";
             5 │     parameters.replicas = "three";
               ·     ─────────┬─────────
               ·              ╰── here
             6 │   };
               ╰────
        "#]],
    );
}

#[test]
fn a_blueprint_parameter_that_is_refused() {
    check(
        r#"
{
  hypervisor.composition.blueprints.web.parameters = {
    replicas = { type = "int"; default = 1; validation = "1..5"; };
    domain = { validation = "[a-z.]+"; };
  };
  hypervisor.composition.instances.shop = {
    blueprint = "web";
    parameters.replicas = 9;
    parameters.domain = "Shop!";
  };
}
"#,
        expect![[r#"
            config::parameter_refused

              × the parameter `replicas` of the instance `shop` is 9: expected a value in `1..5`
               ╭─[/etc/hypernix/host.nix:8:5]
             7 │     blueprint = "web";
             8 │     parameters.replicas = 9;
               ·     ─────────┬─────────
               ·              ╰── here
             9 │     parameters.domain = "Shop!";
               ╰────
            config::parameter_refused

              × the parameter `domain` of the instance `shop` is "Shop!": expected text that matches `[a-z.]+`
                ╭─[/etc/hypernix/host.nix:9:5]
              8 │     parameters.replicas = 9;
              9 │     parameters.domain = "Shop!";
                ·     ────────┬────────
                ·             ╰── here
             10 │   };
                ╰────
        "#]],
    );
}

#[test]
fn a_violated_constraint() {
    check(
        r#"
{
  hypervisor.compute.policies.small.constraints.resources = {
    memory.size.max = "2Gi";
    compute.architecture.oneOf = [ "x86_64" ];
  };
  hypervisor.compute.units.web = {
    policies = [ "small" ];
    image = "/images/debian.qcow2";
    resources.memory.size = "16Gi";
  };
}
"#,
        expect![[r#"
            config::constraint_violated

              × the policy `small` refuses `resources.memory.size = "16Gi"` of the unit `web`: it has to be at
              │ most "2Gi"
                ╭─[/etc/hypernix/host.nix:9:5]
              8 │     image = "/images/debian.qcow2";
              9 │     resources.memory.size = "16Gi";
                ·     ──────────┬──────────
                ·               ╰── here
             10 │   };
                ╰────
              help: change it, or take the policy `small` off
        "#]],
    );
}

#[test]
fn a_constraint_violated_by_a_tag() {
    check(
        r#"
{
  hypervisor.compute.tags.big = {
    category = "performance";
    values.resources.memory.size = "16Gi";
  };
  hypervisor.compute.policies.small.constraints.resources.memory.size = { max = "2Gi"; };
  hypervisor.compute.units.web = {
    policies = [ "small" ];
    tags = [ "big" ];
  };
}
"#,
        expect![[r#"
            config::constraint_violated

              × the policy `small` refuses `resources.memory.size = "16Gi"` of the unit `web`: it has to be at
              │ most "2Gi"
               ╭─[/etc/hypernix/host.nix:4:5]
             3 │     category = "performance";
             4 │     values.resources.memory.size = "16Gi";
               ·     ──────────────┬─────────────
               ·                   ╰── here
             5 │   };
               ╰────
              help: the value comes from the tag `big`; change it, or take the policy `small` off
        "#]],
    );
}
