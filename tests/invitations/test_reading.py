"""People to invite, read from what spreadsheet programs and people write."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from invitations.bulk.reading import read_file, read_text
from invitations.bulk.suggesting import suggest
from organizations.cells import as_typed, safe

pytestmark = pytest.mark.no_database


def read(content: bytes) -> list[tuple[int, str, str, str, str]]:
    return [(row.line, row.address, row.role, row.groups, row.ends) for row in read_file(content)]


PLAIN = "email,role,groups,ends\nana@example.org,Member,Sales,2027-03-31\nbo@example.org,,,\n"
EXPECTED = [(2, "ana@example.org", "Member", "Sales", "2027-03-31"), (3, "bo@example.org", "", "", "")]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace("email,role,groups,ends", "E-Mail;Role;Team;Access ends").replace(",", ";").encode(),
        PLAIN.replace("ana@example.org", '"Ana" <ana@example.org>').encode(),
    ],
    ids=["plain", "BOM", "semicolons", "tabs", "CRLF", "UTF-16", "other words", "a name beside it"],
)
def test_however_it_was_saved_the_same_people_are_read(content):
    assert read(content) == EXPECTED


def test_latin_1_is_read_with_its_letters():
    assert read("email;groups\nana@example.org;Größe\n".encode("latin-1")) == [(2, "ana@example.org", "", "Größe", "")]


def test_quoted_line_breaks_do_not_shift_the_lines_that_are_named():
    content = b'name,email\n"Ana\nLind",ana@example.org\nBo,bo@example.org\n'
    assert [(line, address) for line, address, *_ in read(content)] == [(2, "ana@example.org"), (4, "bo@example.org")]


def test_columns_may_stand_in_any_order_and_others_are_left_alone():
    content = b"id,role,notes,address\n7,viewer,hello,ana@example.org\n"
    assert read(content) == [(2, "ana@example.org", "viewer", "", "")]


def test_without_a_head_the_address_is_found():
    assert read(b"ana@example.org,Member\n") == [(1, "ana@example.org", "Member", "", "")]
    assert read(b"Ana Lind,ana@example.org\n") == [(1, "ana@example.org", "", "", "")]


def test_of_an_email_and_a_postal_address_the_email_is_meant():
    for head in ("name,email,address", "Name,E-Mail Address,Address"):
        content = f"{head}\nAna,ana@example.org,5 Main Street\n".encode()
        assert read(content) == [(2, "ana@example.org", "", "", "")]


@pytest.mark.parametrize(
    "head", ["email,email", "E-mail,Mail", "address,role,address", "email,role,Role", "email,team,group"]
)
def test_two_columns_that_say_the_same_are_not_chosen_between(head):
    for reading in (lambda text: read_file(text.encode()), read_text):
        with pytest.raises(ValidationError) as refused:
            reading(f"\n{head}\nana@example.org,x,y\n")
        assert refused.value.code == "column_twice"
        assert refused.value.messages[0].startswith("Line 2 names two columns")


def test_what_stands_in_quotation_marks_separates_no_columns():
    assert read(b'email;"role, as we, say";groups\nana@example.org;;Sales\n') == [
        (2, "ana@example.org", "", "Sales", "")
    ]
    assert read(b'"Lind, Ana, Dr";ana@example.org\n') == [(1, "ana@example.org", "", "", "")]


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x85", "\u2028"])
def test_signs_that_only_some_programs_break_lines_at_part_no_rows_and_count_for_no_line(sign):
    content = f"email,role,groups\nana@example.org,,Alpha{sign}Beta\nbo@example.org,,\n"
    expected = [(2, "ana@example.org", "", "Alpha; Beta", ""), (3, "bo@example.org", "", "", "")]
    assert read(content.encode()) == expected
    assert [(row.line, row.address) for row in read_text(content)] == [one[:2] for one in expected]


def test_a_quotation_mark_that_is_not_closed_swallows_nobody():
    content = 'email,role\nana@example.org,viewer\nbo@example.org,"member\ncy@example.org,viewer'
    for text in (content, content + "\n"):
        for reading in (lambda text: read_file(text.encode()), read_text):
            with pytest.raises(ValidationError) as refused:
                reading(text)
            assert refused.value.code == "unreadable"
            assert refused.value.messages[0].startswith("Line 3 cannot be read")


def test_what_was_downloaded_to_be_mended_is_read_as_it_was_typed():
    for typed in ("+ana@example.org", "=ana@example.org", "-ana@example.org"):
        assert safe(typed) != typed
        assert read(f"email,groups\n{safe(typed)},{safe('-Ops;=Sales')}\n".encode()) == [
            (2, typed, "", "-Ops;=Sales", "")
        ]


@given(st.text("'=+-@\"; \ta", max_size=12))
def test_reading_takes_back_what_writing_did(text):
    assume(as_typed(text) == text)  # somebody who types the apostrophe means the same by it
    assume(text[:1] not in ("\t", "\r", "\n"))  # no cell that was read begins so
    assert as_typed(safe(text)) == text


def test_lines_with_missing_or_extra_columns_say_so():
    rows = read_file(b"email,role\nana@example.org\n,Member\nbo@example.org,Member,more,and more\n")
    assert [(row.address, row.problem[:25]) for row in rows] == [
        ("ana@example.org", ""),
        ("", "There is no address on th"),
        ("bo@example.org", "This line has 4 columns, "),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04rest of a spreadsheet", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0an older one", "spreadsheet"),
        (b"email\nana\x00@example.org\n", "not_text"),
        (b"x" * 10_000_001, "too_large"),
        (b"email,role\n", "empty"),
        (b"\n\n , ,\n", "empty"),
        (b"just words\nand more\n", "no_address_column"),
        (b"email\n" + b"a@example.org\n" * 10_001, "too_many"),
        (b'email\n"' + b"a" * 200_000 + b"\n", "unreadable"),
    ],
)
def test_what_cannot_be_read_is_answered_with_a_sentence(content, code):
    with pytest.raises(ValidationError) as refused:
        read_file(content)
    assert refused.value.code == code
    assert refused.value.messages[0].endswith(".")


def test_ten_megabytes_of_people_are_answered():
    line = b"ana@example.org," + b"x" * 900 + b"\n"
    with pytest.raises(ValidationError) as refused:
        read_file(b"email,notes\n" + line * 10_500)
    assert refused.value.code == "too_many"


def test_pasted_text_is_addresses_or_a_table():
    assert [row.address for row in read_text("Ana <ana@example.org>, bo@example.org\numa@example.org")] == [
        "ana@example.org", "bo@example.org", "uma@example.org",
    ]  # fmt: skip
    assert [row.line for row in read_text("ana@example.org bo@example.org\n\numa@example.org")] == [1, 1, 3]
    assert [(row.address, row.role) for row in read_text("email;role\nana@example.org;viewer")] == [
        ("ana@example.org", "viewer")
    ]


def test_breaks_within_a_cell_are_none_in_the_fields_in_which_it_is_mended():
    content = b'email,role,groups\nana@example.org,"Team\r\nlead","Alpha\nBeta"\n'
    assert [(row.role, row.groups) for row in read_file(content)] == [("Team lead", "Alpha; Beta")]


@given(st.binary(max_size=300))
def test_whatever_the_bytes_they_are_read_or_refused(content):
    with suppress(ValidationError):
        assert read_file(content)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jonas.vidal@marram,example", "jonas.vidal@marram.example"),
        ("petra@@marram.example", "petra@marram.example"),
        ("mailto:Ana@example.org", "ana@example.org"),
        ("ana @ example.org", "ana@example.org"),
        ("ana@example.org.", "ana@example.org"),
        ("ana@example.con", "ana@example.com"),
        ("\u200bana@example.org", "ana@example.org"),  # as chats and web pages are copied
        ("ana@example.org\u2060\ufeff", "ana@example.org"),
        ("an\u00ada@example.org", "ana@example.org"),
        ("ana＠example.org", "ana@example.org"),
        ("'ana@example.org'", "ana@example.org"),
        ("‘o'brien@example.org’", "o'brien@example.org"),
        ("nobody", ""),
        ("ana@example.org", ""),
        ("", ""),
    ],
)
def test_what_was_most_probably_meant_is_offered(typed, meant):
    assert suggest(typed) == meant
