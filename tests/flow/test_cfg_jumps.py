"""Macros that jump, never return, wait, or only look at a condition."""

from cfg_notation import flows, same

from mtelint.flow.cfg.build import build_cfg
from mtelint.syntax import c_tree as c


def test_asm_goto_may_jump() -> None:
    flows(
        """
        asm goto("b %l[out]" : : : : out);
        a();
        out:
        b();
        """,
        """
        entry --> asm()
        asm() --> a()
        asm() --> b()
        a() --> b()
        b() --> exit
        """,
    )


def test_asm_volatile_goto_may_jump() -> None:
    flows(
        """
        asm_volatile_goto("b %l[out]" : : : : out);
        a();
        out:
        b();
        """,
        """
        entry --> asm()
        asm() --> a()
        asm() --> b()
        a() --> b()
        b() --> exit
        """,
    )


def test_a_label_as_argument_may_be_jumped_to() -> None:
    flows(
        """
        unsafe_put_user(x, p, efault);
        a();
        return 0;
        efault:
        return -EFAULT;
        """,
        """
        entry --> unsafe_put_user(x, p, efault)
        unsafe_put_user(x, p, efault) --> a()
        unsafe_put_user(x, p, efault) --> return -EFAULT
        a() --> return 0
        return 0 --> exit
        return -EFAULT --> exit
        """,
    )


def test_a_label_as_argument_of_a_condition() -> None:
    flows(
        """
        if (get(p, efault))
            a();
        return 0;
        efault:
        b();
        """,
        """
        entry --> t1 = get(p, efault)
        t1 = get(p, efault) --> t1
        t1 = get(p, efault) --> b()
        t1 -T-> a()
        t1 -F-> return 0
        a() --> return 0
        return 0 --> exit
        b() --> exit
        """,
    )


def test_a_variable_with_a_labels_name_is_no_label() -> None:
    flows(
        """
        int out = 1;
        use(out);
        if (x)
            goto out;
        a();
        out:
        b();
        """,
        """
        entry --> int out = 1
        int out = 1 --> use(out)
        use(out) --> x
        x -F-> a()
        x -T-> b()
        a() --> b()
        b() --> exit
        """,
    )


def test_wait_event_evaluates_until_it_holds() -> None:
    flows(
        """
        wait_event(q, done(x));
        a();
        """,
        """
        entry --> done(x)
        done(x) -F^-> done(x)
        done(x) -T-> wait_event(q, <>)
        wait_event(q, <>) --> a()
        a() --> exit
        """,
    )


def test_an_interruptible_wait_may_give_up() -> None:
    flows(
        """
        return wait_event_interruptible(q, done(x));
        """,
        """
        entry --> done(x)
        done(x) -F-> <wait_event_interruptible>
        done(x) -T-> return wait_event_interruptible(q, <>)
        <wait_event_interruptible> -T^-> done(x)
        <wait_event_interruptible> -F-> return wait_event_interruptible(q, <>)
        return wait_event_interruptible(q, <>) --> exit
        """,
    )


def test_a_macro_of_the_file_may_return_or_jump() -> None:
    flows(
        """
        CHECK(x);
        a();
        BAIL;
        TRY(x, out);
        y = CHECKED(b());
        out:
        c();
        """,
        """
        entry --> CHECK(x)
        CHECK(x) --> return <>
        CHECK(x) --> a()
        return <> --> exit
        a() --> BAIL
        BAIL --> TRY(x, out)
        BAIL --> c()
        TRY(x, out) --> CHECKED(b())
        TRY(x, out) --> c()
        CHECKED(b()) --> return <>
        CHECKED(b()) --> y = <CHECKED(b())>
        return <> --> exit
        y = <CHECKED(b())> --> c()
        c() --> exit
        """,
        before=(
            "#define CHECK(x) do { if (!(x)) return -1; } while (0)\n"
            "#define BAIL goto out\n"
            "#define TRY(e, l) if (!(e)) goto l\n"
            "#define CHECKED(x) ({ CHECK(x); x; })\n"
        ),
    )


def test_a_break_in_a_macro_stays_in_the_macros_own_loop() -> None:
    flows(
        """
        while (x) {
            SKIP(x);
            LOCAL(x);
            a();
        }
        """,
        """
        entry --> x
        x -T-> SKIP(x)
        x -F-> exit
        SKIP(x) -^-> x
        SKIP(x) --> LOCAL(x)
        LOCAL(x) --> a()
        a() -^-> x
        """,
        before=("#define SKIP(x) if (!(x)) continue\n#define LOCAL(x) do { if (x) break; } while (0)\n"),
    )


def test_a_macro_of_the_file_may_make_case_labels() -> None:
    flows(
        """
        switch (x) {
        N(1);
        N(2);
        default:
            a();
        }
        b();
        """,
        """
        entry --> switch x
        switch x -case <N>-> N(1)
        switch x -case <N>-> N(2)
        switch x -default-> a()
        N(1) --> N(2)
        N(1) --> b()
        N(2) --> a()
        N(2) --> b()
        a() --> b()
        b() --> exit
        """,
        before=("#define N(v) case v: g(v); break\n"),
    )


def test_a_call_first_in_a_switch_makes_case_labels_somewhere_else() -> None:
    flows(
        """
        switch (x) {
            READ_CASES(y);
        default:
            a();
        }
        b();
        """,
        """
        entry --> switch x
        switch x -case <>-> READ_CASES(y)
        switch x -default-> a()
        READ_CASES(y) --> a()
        a() --> b()
        b() --> exit
        """,
    )


def test_wrappers_are_stripped() -> None:
    flows(
        """
        if (unlikely(!a(x)))
            return 1;
        if (WARN_ON_ONCE(b(x)))
            return 2;
        if (likely(x && e()))
            g();
        """,
        """
        entry --> unlikely[a(x)]
        unlikely[a(x)] -F-> return 1
        unlikely[a(x)] -T-> WARN_ON_ONCE[b(x)]
        return 1 --> exit
        WARN_ON_ONCE[b(x)] -T-> return 2
        WARN_ON_ONCE[b(x)] -F-> likely[x]
        return 2 --> exit
        likely[x] -T-> likely[e()]
        likely[x] -F-> exit
        likely[e()] -T-> g()
        likely[e()] -F-> exit
        g() --> exit
        """,
    )


def test_a_wrapper_as_a_value_is_its_condition() -> None:
    flows(
        """
        y = WARN_ON(a());
        if (WARN_ON(b()) == 1)
            c();
        """,
        """
        entry --> WARN_ON[a()]
        WARN_ON[a()] -T-> t1 = 1
        WARN_ON[a()] -F-> t1 = 0
        t1 = 1 --> y = t1
        t1 = 0 --> y = t1
        y = t1 --> WARN_ON[b()]
        WARN_ON[b()] -T-> t2 = 1
        WARN_ON[b()] -F-> t2 = 0
        t2 = 1 --> t2 == 1
        t2 = 0 --> t2 == 1
        t2 == 1 -T-> c()
        t2 == 1 -F-> exit
        c() --> exit
        """,
    )


def test_a_wrapper_as_a_statement_chooses_nothing() -> None:
    flows(
        """
        WARN_ON(d(x));
        VM_BUG_ON_PAGE(e(p), p);
        a();
        """,
        """
        entry --> WARN_ON[d(x)]
        WARN_ON[d(x)] -T-> VM_BUG_ON_PAGE[e(p)]
        WARN_ON[d(x)] -F-> VM_BUG_ON_PAGE[e(p)]
        VM_BUG_ON_PAGE[e(p)] -T-> a()
        VM_BUG_ON_PAGE[e(p)] -F-> a()
        a() --> exit
        """,
    )


def test_what_a_warning_prints_is_evaluated_when_it_holds() -> None:
    flows(
        """
        if (WARN(x, "%d", g()))
            return 1;
        a();
        """,
        """
        entry --> WARN[x]
        WARN[x] -T-> <g()>
        WARN[x] -F-> a()
        <g()> --> return 1
        return 1 --> exit
        a() --> exit
        """,
    )


def test_nothing_follows_a_bug() -> None:
    flows(
        """
        BUG_ON(c(x));
        if (x)
            panic("no");
        else if (y)
            BUG();
        a();
        """,
        """
        entry --> BUG_ON[c(x)]
        BUG_ON[c(x)] -T-> noreturn
        BUG_ON[c(x)] -F-> x
        x -T-> panic("no")
        x -F-> y
        panic("no") --> noreturn
        y -T-> BUG()
        y -F-> a()
        BUG() --> noreturn
        a() --> exit
        """,
    )


def test_a_macro_that_only_prints_is_no_condition() -> None:
    flows(
        """
        X_WARN("%d", g());
        BUILD_BUG_ON(sizeof(x) > 8);
        """,
        """
        entry --> X_WARN("%d", g())
        X_WARN("%d", g()) --> BUILD_BUG_ON(<sizeof(x)> > 8)
        BUILD_BUG_ON(<sizeof(x)> > 8) --> exit
        """,
    )


def test_a_computed_goto_leads_to_the_labels_whose_address_is_taken() -> None:
    def name(text: str) -> c.Name:
        return c.Name(c.Span(0, 0), text)

    def call(text: str) -> c.ExprStmt:
        return c.ExprStmt(c.Span(0, 0), c.Call(c.Span(0, 0), name(text), ()))

    here = c.Span(0, 0)
    table = c.InitList(here, (c.Unary(here, "&&", name("one")), c.Unary(here, "&&", name("two"))))
    body: tuple[c.Stmt, ...] = (
        c.Declare(here, "t", "void *[]", table),
        c.Goto(c.Span(1, 2), None, c.Index(here, name("t"), name("x"))),
    )
    for offset, label in enumerate(("one", "two", "three"), start=3):
        body += (c.Label(c.Span(offset, offset), label), call(label), c.Return(here, None))
    same(
        build_cfg(c.Function("f", (), "void", (), c.Block(here, body), here, here)),
        """
        entry --> void *[] t = {&&one, &&two}
        void *[] t = {&&one, &&two} --> t[x]
        t[x] --> one()
        t[x] --> two()
        one() --> return
        two() --> return
        return --> exit
        return --> exit
        """,
    )
