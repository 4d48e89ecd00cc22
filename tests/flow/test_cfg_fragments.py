"""What a hunk shows: unknown entry and exit, jumps out of sight."""

from cfg_notation import fragment_flows


def test_a_hunk_from_the_middle_has_an_open_entry_and_leaves_at_its_end() -> None:
    cfg = fragment_flows(
        """
        \ta(x);
        \tif (x)
        \t\tb(x);
        \tc(x);
        """,
        """
        entry --> a(x)
        a(x) --> x
        x -T-> b(x)
        x -F-> c(x)
        b(x) --> c(x)
        c(x) --> leaves
        """,
    )
    assert cfg.open_entry


def test_a_label_may_be_reached_from_above_the_hunk() -> None:
    fragment_flows(
        """
        \ta(x);
        out:
        \tb(x);
        \treturn x;
        }
        """,
        """
        entry --> a(x)
        entry --> b(x)
        a(x) --> b(x)
        b(x) --> return x
        return x --> exit
        """,
    )


def test_a_goto_to_a_label_below_the_hunk_leaves() -> None:
    fragment_flows(
        """
        \tif (a(x))
        \t\tgoto out;
        \tb(x);
        """,
        """
        entry --> a(x)
        a(x) -F-> b(x)
        a(x) -T-> leaves
        b(x) --> leaves
        """,
    )


def test_break_and_continue_of_a_loop_above_the_hunk_leave() -> None:
    fragment_flows(
        """
        \t\tif (a(x))
        \t\t\tbreak;
        \t\tif (b(x))
        \t\t\tcontinue;
        \t\tc(x);
        """,
        """
        entry --> a(x)
        a(x) -F-> b(x)
        a(x) -T-> leaves
        b(x) -F-> c(x)
        b(x) -T-> leaves
        c(x) --> leaves
        """,
    )


def test_a_loop_cut_off_has_no_second_turn_in_sight() -> None:
    fragment_flows(
        """
        \tfor (i = 0; i < 3; i++) {
        \t\ta(x);
        \t\tb(x);
        """,
        """
        entry --> i = 0
        i = 0 --> i < 3
        i < 3 -T-> a(x)
        i < 3 -F-> leaves
        a(x) --> b(x)
        b(x) --> leaves
        """,
    )


def test_a_loop_whose_head_is_above_the_hunk_turns_out_of_sight() -> None:
    fragment_flows(
        """
        \t\ta(x);
        \t} while (b(x));
        \tc(x);
        """,
        """
        entry --> a(x)
        a(x) --> b(x)
        b(x) -F-> c(x)
        b(x) -T-> leaves
        c(x) --> leaves
        """,
    )


def test_case_labels_of_a_switch_above_the_hunk_are_reached_from_there() -> None:
    fragment_flows(
        """
        \t\ta(x);
        \t\tbreak;
        \tcase 2:
        \t\tb(x);
        \t\tbreak;
        """,
        """
        entry --> switch <x_>
        switch <x_> -case <>-> a(x)
        switch <x_> -case 2-> b(x)
        switch <x_> -default-> leaves
        a(x) --> leaves
        b(x) --> leaves
        """,
    )
