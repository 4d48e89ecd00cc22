"""Statements: branches, loops, switches, gotos."""

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
