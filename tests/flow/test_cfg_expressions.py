"""Expressions with control flow inside: short circuits, conditionals, statement expressions."""

from cfg_notation import flows


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
