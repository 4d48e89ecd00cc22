"""Preprocessor groups inside a body."""

from cfg_notation import flows


def test_an_if_group_of_statements_is_a_branch_with_named_arms() -> None:
    flows(
        """
        a();
        #ifdef CONFIG_A
        b();
        #else
        c();
        #endif
        #if defined(CONFIG_A)
        d();
        #endif
        e();
        """,
        """
        entry --> a()
        a() --> #if
        #if -CONFIG_A-> b()
        #if -!CONFIG_A-> c()
        b() --> #if
        c() --> #if
        #if -CONFIG_A-> d()
        #if -!CONFIG_A-> e()
        d() --> e()
        e() --> exit
        """,
    )


def test_a_chain_of_elif_excludes_what_came_before() -> None:
    flows(
        """
        #if A
        a();
        #elif B
        b();
        #endif
        c();
        """,
        """
        entry --> #if
        #if -A-> a()
        #if -!A && B-> b()
        #if -!A && !B-> c()
        a() --> c()
        b() --> c()
        c() --> exit
        """,
    )


def test_an_arm_that_never_holds_is_dropped() -> None:
    flows(
        """
        #if 0
        a();
        #else
        b();
        #endif
        c();
        """,
        """
        entry --> b()
        b() --> c()
        c() --> exit
        """,
    )


def test_a_case_label_inside_a_group_is_reached_under_its_condition() -> None:
    flows(
        """
        switch (x) {
        case 1:
            a();
        #ifdef CONFIG_A
        case 2:
            b();
            break;
        #endif
        default:
            c();
        }
        """,
        """
        entry --> switch x
        switch x -case 1-> a()
        switch x -case 2-> #if
        switch x -default-> c()
        a() --> #if
        #if -CONFIG_A-> b()
        #if -!CONFIG_A-> c()
        #if -CONFIG_A-> b()
        b() --> exit
        c() --> exit
        """,
    )


def test_an_if_else_that_ends_in_a_group_keeps_its_else() -> None:
    flows(
        """
        #ifdef CONFIG_A
        if (x)
            a();
        else
        #endif
            z();
        """,
        """
        entry --> x
        x -T-> a()
        x -F-> z()
        a() --> exit
        z() --> exit
        """,
    )


def test_a_define_inside_a_body_is_no_code() -> None:
    flows(
        """
        a();
        #define FOO 1
        b();
        #undef FOO
        """,
        """
        entry --> a()
        a() --> b()
        b() --> exit
        """,
    )
