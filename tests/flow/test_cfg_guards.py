"""Guards and clean-up variables: released at every exit of their scope, last taken first."""

from cfg_notation import flows


def test_a_guard_is_released_after_the_return_value_is_known() -> None:
    flows(
        """
        guard(mutex)(&m);
        if (x)
            return g();
        a();
        """,
        """
        entry --> acquire mutex guard(&m)
        acquire mutex guard(&m) --> x
        x -T-> t1 = g()
        x -F-> a()
        t1 = g() --> release mutex guard(&m)
        release mutex guard(&m) --> return t1
        return t1 --> exit
        a() --> release mutex guard(&m)
        release mutex guard(&m) --> exit
        """,
    )


def test_guards_are_released_in_reverse_order() -> None:
    flows(
        """
        guard(rcu)();
        {
            guard(mutex)(&m);
            if (x)
                goto out;
            if (y)
                return 1;
        }
        out:
        a();
        """,
        """
        entry --> acquire rcu guard()
        acquire rcu guard() --> acquire mutex guard(&m)
        acquire mutex guard(&m) --> x
        x -F-> y
        x -T-> release mutex guard(&m)
        y -T-> release mutex guard(&m)
        y -F-> release mutex guard(&m)
        release mutex guard(&m) --> release rcu guard()
        release rcu guard() --> return 1
        return 1 --> exit
        release mutex guard(&m) --> a()
        release mutex guard(&m) --> a()
        a() --> release rcu guard()
        release rcu guard() --> exit
        """,
    )


def test_a_guard_in_a_loop_is_released_by_break_and_continue() -> None:
    flows(
        """
        while (x) {
            guard(mutex)(&m);
            if (y)
                break;
            if (z)
                continue;
            a();
        }
        b();
        """,
        """
        entry --> x
        x -T-> acquire mutex guard(&m)
        x -F-> b()
        acquire mutex guard(&m) --> y
        y -T-> release mutex guard(&m)
        y -F-> z
        release mutex guard(&m) --> b()
        z -T-> release mutex guard(&m)
        z -F-> a()
        release mutex guard(&m) -^-> x
        a() --> release mutex guard(&m)
        release mutex guard(&m) -^-> x
        b() --> exit
        """,
    )


def test_a_goto_back_over_a_guard_releases_it() -> None:
    flows(
        """
        again:
        a();
        guard(mutex)(&m);
        if (x)
            goto again;
        b();
        """,
        """
        entry --> a()
        a() --> acquire mutex guard(&m)
        acquire mutex guard(&m) --> x
        x -F-> b()
        x -T-> release mutex guard(&m)
        b() --> release mutex guard(&m)
        release mutex guard(&m) --> exit
        release mutex guard(&m) -^-> a()
        """,
    )


def test_a_scoped_guard_runs_exactly_once_and_break_leaves_it() -> None:
    flows(
        """
        while (x) {
            scoped_guard(mutex, &m) {
                if (y)
                    break;
                if (z)
                    continue;
                a();
            }
            b();
        }
        """,
        """
        entry --> x
        x -T-> acquire mutex scoped_guard(&m)
        x -F-> exit
        acquire mutex scoped_guard(&m) --> y
        y -T-> release mutex scoped_guard(&m)
        y -F-> z
        release mutex scoped_guard(&m) --> b()
        z -T-> release mutex scoped_guard(&m)
        z -F-> a()
        release mutex scoped_guard(&m) --> b()
        a() --> release mutex scoped_guard(&m)
        release mutex scoped_guard(&m) --> b()
        b() -^-> x
        """,
    )


def test_a_scoped_guard_over_one_statement() -> None:
    flows(
        """
        scoped_guard(mutex, &m)
            a();
        b();
        """,
        """
        entry --> acquire mutex scoped_guard(&m)
        acquire mutex scoped_guard(&m) --> a()
        a() --> release mutex scoped_guard(&m)
        release mutex scoped_guard(&m) --> b()
        b() --> exit
        """,
    )


def test_a_conditional_scoped_guard_may_fail() -> None:
    flows(
        """
        scoped_cond_guard(mutex_intr, return -EINTR, &m)
            a();
        b();
        """,
        """
        entry --> <mutex_intr>
        <mutex_intr> -F-> return -EINTR
        <mutex_intr> -T-> acquire mutex_intr scoped_cond_guard(&m)
        return -EINTR --> exit
        acquire mutex_intr scoped_cond_guard(&m) --> a()
        a() --> release mutex_intr scoped_cond_guard(&m)
        release mutex_intr scoped_cond_guard(&m) --> b()
        b() --> exit
        """,
    )


def test_a_scoped_guard_of_a_class_that_may_fail_may_be_passed_over() -> None:
    flows(
        """
        scoped_guard(mutex_try, &m)
            a();
        b();
        """,
        """
        entry --> <mutex_try>
        <mutex_try> -T-> acquire mutex_try scoped_guard(&m)
        <mutex_try> -F-> b()
        acquire mutex_try scoped_guard(&m) --> a()
        a() --> release mutex_try scoped_guard(&m)
        release mutex_try scoped_guard(&m) --> b()
        b() --> exit
        """,
    )


def test_a_clean_up_variable_is_released_unless_it_is_taken_out() -> None:
    flows(
        """
        struct foo *q __free(kfree) = alloc();
        if (!q)
            return -ENOMEM;
        a(q);
        return_ptr(q);
        """,
        """
        entry --> struct foo * q = alloc()
        struct foo * q = alloc() --> q
        q -F-> release kfree q
        q -T-> a(q)
        release kfree q --> return -ENOMEM
        return -ENOMEM --> exit
        a(q) --> t1 = return_ptr(q)
        t1 = return_ptr(q) --> return t1
        return t1 --> exit
        """,
    )


def test_a_class_is_a_variable_and_a_guard() -> None:
    flows(
        """
        CLASS(fd, f)(x);
        a(f);
        """,
        """
        entry --> CLASS(fd) f
        CLASS(fd) f --> acquire fd CLASS(x)
        acquire fd CLASS(x) --> a(f)
        a(f) --> release fd CLASS(x)
        release fd CLASS(x) --> exit
        """,
    )


def test_a_guard_in_a_statement_expression_ends_with_it() -> None:
    flows(
        """
        y = ({ guard(mutex)(&m); g(); });
        a();
        """,
        """
        entry --> acquire mutex guard(&m)
        acquire mutex guard(&m) --> t1 = g()
        t1 = g() --> release mutex guard(&m)
        release mutex guard(&m) --> y = t1
        y = t1 --> a()
        a() --> exit
        """,
    )
