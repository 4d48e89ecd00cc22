"""Plain C: what the edges of each statement and expression are."""

from cfg_notation import flows


def test_if_else_if() -> None:
    flows(
        """
        if (a())
            b();
        else if (c())
            d();
        e();
        """,
        """
        entry --> a()
        a() -T-> b()
        a() -F-> c()
        b() --> e()
        c() -T-> d()
        c() -F-> e()
        d() --> e()
        e() --> exit
        """,
    )


def test_short_circuits_and_negation_become_branches() -> None:
    flows(
        """
        if (a() && (b() || !c()))
            d();
        else
            e();
        """,
        """
        entry --> a()
        a() -T-> b()
        a() -F-> e()
        b() -F-> c()
        b() -T-> d()
        c() -F-> d()
        c() -T-> e()
        d() --> exit
        e() --> exit
        """,
    )


def test_the_value_of_a_short_circuit_is_a_temporary() -> None:
    flows(
        """
        y = a() && b();
        z = !(x || c());
        """,
        """
        entry --> a()
        a() -T-> b()
        a() -F-> t1 = 0
        b() -T-> t1 = 1
        b() -F-> t1 = 0
        t1 = 1 --> y = t1
        t1 = 0 --> y = t1
        y = t1 --> x
        x -F-> c()
        x -T-> t2 = 0
        c() -F-> t2 = 1
        c() -T-> t2 = 0
        t2 = 1 --> z = t2
        t2 = 0 --> z = t2
        z = t2 --> exit
        """,
    )


def test_a_conditional_assigns_on_each_arm() -> None:
    flows(
        """
        return x ? c() : d();
        """,
        """
        entry --> x
        x -T-> t1 = c()
        x -F-> t1 = d()
        t1 = c() --> return t1
        t1 = d() --> return t1
        return t1 --> exit
        """,
    )


def test_a_conditional_as_condition_is_split() -> None:
    flows(
        """
        if (x ? a() : b())
            c();
        """,
        """
        entry --> x
        x -T-> a()
        x -F-> b()
        a() -T-> c()
        a() -F-> exit
        b() -T-> c()
        b() -F-> exit
        c() --> exit
        """,
    )


def test_a_conditional_without_a_middle() -> None:
    flows(
        """
        return a() ?: b();
        """,
        """
        entry --> t1 = a()
        t1 = a() --> t1
        t1 -F-> t1 = b()
        t1 -T-> return t1
        t1 = b() --> return t1
        return t1 --> exit
        """,
    )


def test_a_conditional_for_its_effect_needs_no_temporary() -> None:
    flows(
        """
        x ? a() : b();
        x && c();
        """,
        """
        entry --> x
        x -T-> a()
        x -F-> b()
        a() --> x
        b() --> x
        x -T-> c()
        x -F-> exit
        c() --> exit
        """,
    )


def test_an_assignment_as_condition_is_evaluated_first() -> None:
    flows(
        """
        if ((y = g()))
            a();
        if ((y = h()) < 0)
            b();
        """,
        """
        entry --> y = g()
        y = g() --> y
        y -T-> a()
        y -F-> y = h()
        a() --> y = h()
        y = h() --> y < 0
        y < 0 -T-> b()
        y < 0 -F-> exit
        b() --> exit
        """,
    )


def test_a_comma_is_a_sequence() -> None:
    flows(
        """
        for (a(), b(); c(); d(), e())
            g();
        """,
        """
        entry --> a()
        a() --> b()
        b() --> c()
        c() -T-> g()
        c() -F-> exit
        g() --> d()
        d() --> e()
        e() -^-> c()
        """,
    )


def test_break_and_continue_in_a_for_loop() -> None:
    flows(
        """
        for (int i = 0, j; i < 3; i++) {
            if (x)
                continue;
            if (y)
                break;
            a(i);
        }
        b();
        """,
        """
        entry --> int i = 0
        int i = 0 --> int j
        int j --> i < 3
        i < 3 -T-> x
        i < 3 -F-> b()
        x -F-> y
        x -T-> i++
        y -F-> a(i)
        y -T-> b()
        a(i) --> i++
        i++ -^-> i < 3
        b() --> exit
        """,
    )


def test_a_do_while_zero_runs_once() -> None:
    flows(
        """
        do {
            if (x)
                break;
            if (y)
                continue;
            a();
        } while (0);
        b();
        """,
        """
        entry --> x
        x -F-> y
        x -T-> b()
        y -F-> a()
        y -T-> b()
        a() --> b()
        b() --> exit
        """,
    )


def test_a_do_loop_tests_behind_its_body() -> None:
    flows(
        """
        do {
            a();
        } while (b());
        c();
        """,
        """
        entry --> a()
        a() --> b()
        b() -T^-> a()
        b() -F-> c()
        c() --> exit
        """,
    )


def test_a_constant_condition_has_no_infeasible_edge() -> None:
    flows(
        """
        if (0)
            a();
        if (true)
            b();
        for (;;) {
            if (c())
                break;
        }
        while (1)
            d();
        e();
        """,
        """
        entry --> b()
        b() --> c()
        c() -F^-> c()
        c() -T-> d()
        d() -^-> d()
        """,
    )


def test_gotos_forward_and_back() -> None:
    flows(
        """
        again:
        a();
        if (x)
            goto again;
        if (y)
            goto out;
        b();
        out:
        c();
        """,
        """
        entry --> a()
        a() --> x
        x -T^-> a()
        x -F-> y
        y -F-> b()
        y -T-> c()
        b() --> c()
        c() --> exit
        """,
    )


def test_a_label_at_the_end_of_a_block() -> None:
    flows(
        """
        if (x)
            goto out;
        a();
        out:
        """,
        """
        entry --> x
        x -F-> a()
        x -T-> exit
        a() --> exit
        """,
    )


def test_a_label_as_the_body_of_an_if() -> None:
    flows(
        """
        if (x)
        here:    a();
        else
            goto here;
        b();
        """,
        """
        entry --> x
        x -T-> a()
        x -F^-> a()
        a() --> b()
        b() --> exit
        """,
    )


def test_switch_falls_through_and_has_a_default() -> None:
    flows(
        """
        switch (x) {
        case 1:
            a();
        case 2:
            b();
            break;
        default:
            c();
        }
        d();
        """,
        """
        entry --> switch x
        switch x -case 1-> a()
        switch x -case 2-> b()
        switch x -default-> c()
        a() --> b()
        b() --> d()
        c() --> d()
        d() --> exit
        """,
    )


def test_switch_without_default_may_do_nothing() -> None:
    flows(
        """
        switch (a()) {
        case 1:
            return 2;
        }
        c();
        """,
        """
        entry --> switch a()
        switch a() -case 1-> return 2
        switch a() -default-> c()
        return 2 --> exit
        c() --> exit
        """,
    )


def test_a_case_range() -> None:
    flows(
        """
        switch (x) {
        case 1 ... 3:
            a();
            fallthrough;
        case 4:
            b();
        }
        """,
        """
        entry --> switch x
        switch x -case 1 ... 3-> a()
        switch x -case 4-> b()
        switch x -default-> exit
        a() --> b()
        b() --> exit
        """,
    )


def test_a_case_inside_a_nested_loop() -> None:
    flows(
        """
        switch (x) {
        case 0:
            do {
                a();
        case 1:
                b();
            } while (c());
        }
        """,
        """
        entry --> switch x
        switch x -case 0-> a()
        switch x -case 1-> b()
        switch x -default-> exit
        b() --> c()
        c() -T^-> a()
        c() -F-> exit
        a() --> b()
        """,
    )


def test_continue_in_a_switch_belongs_to_the_loop() -> None:
    flows(
        """
        while (x) {
            switch (y) {
            case 1:
                continue;
            case 2:
                break;
            }
            a();
        }
        """,
        """
        entry --> x
        x -T-> switch y
        x -F-> exit
        switch y -case 1^-> x
        switch y -case 2-> a()
        switch y -default-> a()
        a() -^-> x
        """,
    )


def test_declarators_come_in_order() -> None:
    flows(
        """
        struct page *q = a(), **r, s[4];
        int (*fn)(int) = b;
        extern int proto(int);
        fn(1);
        """,
        """
        entry --> struct page * q = a()
        struct page * q = a() --> struct page ** r
        struct page ** r --> struct page [4] s
        struct page [4] s --> int (*)(int) fn = b
        int (*)(int) fn = b --> fn(1)
        fn(1) --> exit
        """,
    )


def test_an_initialiser_keeps_its_nested_calls() -> None:
    flows(
        """
        struct foo q = { .a = g(), .b = { [3].c = h() } };
        """,
        """
        entry --> struct foo q = {g(), {h()}}
        struct foo q = {g(), {h()}} --> exit
        """,
    )


def test_a_statement_expression_runs_before_its_use() -> None:
    flows(
        """
        y = ({ int q = g(); if (q) return 1; h(q); });
        k(y);
        """,
        """
        entry --> int q = g()
        int q = g() --> q
        q -T-> return 1
        q -F-> t1 = h(q)
        return 1 --> exit
        t1 = h(q) --> y = t1
        y = t1 --> k(y)
        k(y) --> exit
        """,
    )


def test_code_behind_a_return_is_dropped() -> None:
    flows(
        """
        return 1;
        a();
        """,
        """
        entry --> return 1
        return 1 --> exit
        """,
    )


def test_an_endless_loop_keeps_its_node() -> None:
    flows(
        """
        for (;;)
            ;
        """,
        """
        entry --> join
        join -^-> join
        """,
    )
