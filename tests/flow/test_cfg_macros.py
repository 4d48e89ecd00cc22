"""Macros that are loops, blocks, declarations, or no calls at all."""

from cfg_notation import flows


def test_a_loop_macro_takes_zero_or_more_turns() -> None:
    flows(
        """
        for_each_thing(a, b) {
            if (c(a))
                break;
            if (d(a))
                continue;
            e();
        }
        g();
        """,
        """
        entry --> for_each_thing(a, b)
        for_each_thing(a, b) -T-> c(a)
        for_each_thing(a, b) -F-> g()
        c(a) -F-> d(a)
        c(a) -T-> g()
        d(a) -T^-> for_each_thing(a, b)
        d(a) -F-> e()
        e() -^-> for_each_thing(a, b)
        g() --> exit
        """,
    )


def test_a_loop_macro_with_one_name_is_no_function() -> None:
    flows(
        """
        for_each_cpu(x) {
            e(x);
        }
        g();
        """,
        """
        entry --> for_each_cpu(x)
        for_each_cpu(x) -T-> e(x)
        for_each_cpu(x) -F-> g()
        e(x) -^-> for_each_cpu(x)
        g() --> exit
        """,
    )


def test_a_loop_macro_with_one_name_keeps_the_call_of_its_body() -> None:
    flows(
        """
        for_each_cpu(x)
            e(x);
        g();
        """,
        """
        entry --> for_each_cpu(x)
        for_each_cpu(x) -T-> e(x)
        for_each_cpu(x) -F-> g()
        e(x) -^-> for_each_cpu(x)
        g() --> exit
        """,
    )


def test_an_else_behind_a_loop_macro_belongs_to_the_if_above() -> None:
    flows(
        """
        if (c())
            for_each_thing(a, b) {
                e(a);
            }
        else
            z();
        g();
        """,
        """
        entry --> c()
        c() -T-> for_each_thing(a, b)
        c() -F-> z()
        for_each_thing(a, b) -T-> e(a)
        for_each_thing(a, b) -F-> g()
        e(a) -^-> for_each_thing(a, b)
        z() --> g()
        g() --> exit
        """,
    )


def test_loop_macros_nest_over_an_if_with_else() -> None:
    flows(
        """
        for_each_a(i)
            for_each_b(i, j)
                if (k(j))
                    a();
                else
                    b();
        """,
        """
        entry --> for_each_a(i)
        for_each_a(i) -T-> for_each_b(i, j)
        for_each_a(i) -F-> exit
        for_each_b(i, j) -F^-> for_each_a(i)
        for_each_b(i, j) -T-> k(j)
        k(j) -T-> a()
        k(j) -F-> b()
        a() -^-> for_each_b(i, j)
        b() -^-> for_each_b(i, j)
        """,
    )


def test_do_each_and_while_each_are_two_loops() -> None:
    flows(
        """
        do_each_thread(g, t) {
            if (b(t))
                break;
        } while_each_thread(g, t);
        c();
        """,
        """
        entry --> do_each_thread(g, t)
        do_each_thread(g, t) -T-> b(t)
        do_each_thread(g, t) -F-> c()
        b(t) -T^-> do_each_thread(g, t)
        b(t) -F-> while_each_thread(g, t)
        while_each_thread(g, t) -F^-> do_each_thread(g, t)
        while_each_thread(g, t) -T^-> b(t)
        c() --> exit
        """,
    )


def test_while_each_alone_is_one_loop() -> None:
    flows(
        """
        do {
            b(t);
        } while_each_thread(p, t);
        c();
        """,
        """
        entry --> b(t)
        b(t) --> while_each_thread(p, t)
        while_each_thread(p, t) -T^-> b(t)
        while_each_thread(p, t) -F-> c()
        c() --> exit
        """,
    )


def test_types_as_arguments_are_not_evaluated() -> None:
    flows(
        """
        q = container_of(p, struct foo, m);
        n = min_t(unsigned long, a(), b());
        r = (u32 __user *)p;
        """,
        """
        entry --> q = container_of(p, <struct foo>, m)
        q = container_of(p, <struct foo>, m) --> n = min_t(<unsigned long>, a(), b())
        n = min_t(<unsigned long>, a(), b()) --> r = (u32 __user *)p
        r = (u32 __user *)p --> exit
        """,
    )


def test_a_cast_that_looks_like_a_call_is_a_cast() -> None:
    flows(
        """
        n = (u32)(x + h());
        (x)(3);
        m = (u32)-1;
        """,
        """
        entry --> n = (u32)(x + h())
        n = (u32)(x + h()) --> x(3)
        x(3) --> m = (u32)-1
        m = (u32)-1 --> exit
        """,
    )


def test_operands_of_sizeof_and_typeof_are_not_evaluated() -> None:
    flows(
        """
        n = sizeof(*g()) * h();
        k(typeof(j()), 1);
        m = sizeof(u32) * h();
        """,
        """
        entry --> n = <sizeof(*g())> * h()
        n = <sizeof(*g())> * h() --> k(<typeof(j())>, 1)
        k(<typeof(j())>, 1) --> m = <sizeof(u32)> * h()
        m = <sizeof(u32)> * h() --> exit
        """,
    )


def test_declaring_macros_are_no_calls() -> None:
    flows(
        """
        DEFINE_WAIT(w);
        LIST_HEAD(l);
        DECLARE_BITMAP(m, 3);
        static DEFINE_RATELIMIT_STATE(rs, 1, 2);
        a();
        """,
        """
        entry --> DEFINE_WAIT w
        DEFINE_WAIT w --> LIST_HEAD l
        LIST_HEAD l --> DECLARE_BITMAP m = <3>
        DECLARE_BITMAP m = <3> --> DEFINE_RATELIMIT_STATE rs = <1, 2>
        DEFINE_RATELIMIT_STATE rs = <1, 2> --> a()
        a() --> exit
        """,
    )


def test_asm_is_one_node() -> None:
    flows(
        """
        asm volatile("nop" : "=r" (y) : "r" (g()) : "memory");
        asm(ALTERNATIVE("a", "b", C) : "=r" (y));
        b();
        """,
        """
        entry --> asm(y, g())
        asm(y, g()) --> asm(y)
        asm(y) --> b()
        b() --> exit
        """,
    )


def test_statements_as_arguments_run_or_not() -> None:
    flows(
        """
        DLM_ASSERT(x, log(1););
        a();
        """,
        """
        entry --> DLM_ASSERT()
        DLM_ASSERT() -T-> x
        DLM_ASSERT() -F-> a()
        x --> log(1)
        log(1) --> a()
        a() --> exit
        """,
    )


def test_a_block_macro_runs_its_block_or_not() -> None:
    flows(
        """
        IF_ENABLED(x)
            a();
        b();
        """,
        """
        entry --> IF_ENABLED(x)
        IF_ENABLED(x) -T-> a()
        IF_ENABLED(x) -F-> b()
        a() --> b()
        b() --> exit
        """,
    )
