"""The offline commands: the published totals from the published files, and a fault named where it stands."""

import csv
import io
import unicodedata
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from services.scoring.offline import mount

ROOT = Path(__file__).parents[4]
PAPI = ROOT / "plans/papi.yaml"
HA_NAM = ROOT / "plans/ha-nam-315.yaml"
DATA = ROOT / "deploy/local/data/papi"


def run(*arguments: str | Path) -> Result:
    commands = typer.Typer()
    mount(commands)
    return CliRunner().invoke(commands, [str(one) for one in arguments])


def compute(plan: Path, values: Path, *more: str) -> Result:
    return run("compute", "--plan", plan, "--values", values, *more)


def table_of(result: Result) -> dict[str, tuple[str, str]]:
    assert result.exit_code == 0, result.stderr
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    return {row["agency"]: (row["total"], row["rank"]) for row in rows}


def written(folder: Path, text: str, name: str = "values.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_published_totals_come_out_of_the_published_files() -> None:
    of_2019, of_2020 = table_of(compute(PAPI, DATA / "2019.csv")), table_of(compute(PAPI, DATA / "2020.csv"))
    assert (of_2019["P53"], of_2019["P23"][0], of_2020["P14"]) == (("46.7428", "1"), "45.4560", ("48.8114", "1"))
    assert len(of_2019) == 63


def test_the_table_is_csv_best_first_with_blanks_for_units_without_total() -> None:
    result = compute(PAPI, DATA / "2018.csv")
    lines = result.stdout.splitlines()
    assert lines[:3] == ["agency,total,rank", "P13,47.0533,1", "P53,47.0502,2"]
    assert lines[-2:] == ["P56,,", "P14,,"]  # Đồng Tháp stands before Quảng Ninh
    assert "P14: The value is missing for 8 of 28 criteria measured" in result.stderr


def test_a_year_that_the_plan_does_not_know_with_other_gaps_is_computed(tmp_path: Path) -> None:
    text = "Province,SC83,SC11\nP02,1.5,\nP03,,\nP01,0.25,2.00005\nP04,,1\n"
    table = table_of(compute(PAPI, written(tmp_path, text, "2031.csv")))
    assert next(iter(table.items())) == ("P01", ("2.2501", "1"))
    assert [agency for agency, (total, _) in table.items() if total] == ["P01"]


def test_a_province_is_known_by_code_name_alias_or_decomposed_name(tmp_path: Path) -> None:
    names = ["P01", "hải phòng", "Ba Ria-Vung Tau", "HCMC", unicodedata.normalize("NFD", "Đà Nẵng")]
    path = written(tmp_path, "Province,SC11\n" + "".join(f"{name},1\n" for name in names))
    table = table_of(compute(PAPI, path))
    assert [agency for agency, (total, _) in table.items() if total] == ["P01", "P20", "P32", "P49", "P50"]


def test_the_long_form_gives_what_the_wide_form_gives(tmp_path: Path) -> None:
    with (DATA / "2014.csv").open(encoding="utf-8") as file:
        rows = [(row.pop("Province"), row) for row in csv.DictReader(file)]
    long = "".join(f"{province},{code},{value}\n" for province, row in rows for code, value in row.items())
    path = written(tmp_path, "agency,criterion,value\n" + long)
    assert compute(PAPI, path).stdout == compute(PAPI, DATA / "2014.csv").stdout


def test_a_semicolon_file_with_byte_order_mark_and_decimal_comma_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffProvince;SC11;SC12\r\nP01;1,25;2\r\n\r\nP02;1;1\r\n")
    assert table_of(compute(PAPI, path))["P01"] == ("3.2500", "1")


def test_missing_and_not_applicable_are_told_apart(tmp_path: Path) -> None:
    path = written(tmp_path, "Province,SC11,SC12\nP01,N/A,1\nP02,1,1\nP03,,1\n")
    result = compute(PAPI, path)
    assert "P01: The unit reports as not applicable" in result.stderr
    assert "P03: The value is missing" in result.stderr


def test_explain_says_every_point_in_both_languages() -> None:
    result = compute(PAPI, DATA / "2019.csv", "--explain")
    assert "P53 Bến Tre / Ben Tre: 46.7428" in result.stdout
    assert "Tri thức công dân: số liệu" in result.stdout
    assert "Civic Knowledge: the value" in result.stdout
    assert "rounded once, half up, at 4 decimals" in result.stdout


def test_an_illustrative_plan_says_so_and_ranks_each_cluster(tmp_path: Path) -> None:
    path = written(tmp_path, "agency,criterion,value\nPhủ Lý,giai-ngan,95\nLý Nhân,giai-ngan,19\nSở Tài chính,giai-ngan,95\n")
    result = compute(HA_NAM, path, "--period", "2023")
    table = table_of(result)
    assert "Illustrative." in result.stderr
    assert "Minh họa." in result.stderr
    assert (table["ha-nam.phu-ly"][1], table["ha-nam.ly-nhan"][1], table["ha-nam.so-tc"][1]) == ("1", "2", "1")


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "table-empty", ":1"),
        ("Province\nP01\n", "table-without-criteria", ":1"),
        ("Province,SC11\nP01,1\nP99,1\n", "agency-unknown", ":3, column agency"),
        ("Province,SC11\nP01,1\nP01,1\n", "agency-repeated", ":3"),
        ("Province,SC11\nP01,1\nHanoi,1\n", "value-repeated", ":3, column SC11"),
        ("Province,SC1l\nP01,1\n", "criterion-unknown", ":1, column SC1l"),
        ("Province,SC11,SC11\nP01,1,1\n", "column-repeated", ":1, column SC11"),
        ("Province,SC11\nP01,1,2\n", "row-length", ":2"),
        ("Province,SC11\nP01,one\n", "value-not-a-number", ":2, column SC11"),
        ('Province,SC11\nP01,"1,500"\n', "comma-ambiguous", ":2"),
        ("Province;SC11;SC12\nP01;1,5;1.5\n", "decimals-mixed", ":2"),
        ("Province,SC11\nP01,95%\n", "value-not-a-number", ":2, column SC11"),
        ("Province,Total\nP01,1\n", "table-without-criteria", ":1"),
        ("Province,SC11,\nP01,1,2\n", "column-without-name", ":2"),
        ("Province,SC11\nP01,nan\n", "value-not-finite", ":2, column SC11"),
        ("Province,SC11\nP01,1e400\n", "value-out-of-range", ":2, column SC11"),
        ("Province,SC11\nP01,-0.1\n", "value-negative", ":2, column SC11"),
        ("Province,SC11\nP01,0." + "1" * 30 + "\n", "value-too-precise", ":2, column SC11"),
        ('Province,SC11\nP01,"1\n', "table-malformed", ":"),
        ("agency,criterion,value\nP01,SC11\n", "row-length", ":2"),
        ("agency,criterion,value\nP01,SC99,1\n", "criterion-unknown", ":2"),
    ],
)
def test_a_fault_in_the_values_is_named_with_line_column_and_code(tmp_path: Path, text: str, code: str, place: str) -> None:
    path = written(tmp_path, text)
    result = compute(PAPI, path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert any(line.startswith(f"{path}{place}") and line.endswith(f"({code})") for line in result.stderr.splitlines()), result.stderr


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    result = compute(PAPI, written(tmp_path, "Province,SC11,SC12\nP01,one,-1\nNowhere,1,1\n"))
    assert len(result.stderr.splitlines()) == 3


def test_a_file_that_is_not_utf8_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    path.write_bytes(b"Province,SC11\nH\xe0 N\xf4i,1\n")
    result = compute(PAPI, path)
    assert (result.exit_code, "not UTF-8" in result.stderr) == (1, True)


def test_an_unknown_period_is_wrong_usage_and_the_nearest_is_named() -> None:
    result = compute(PAPI, DATA / "2019.csv", "--period", "209")
    assert (result.exit_code, "2019" in result.stderr) == (2, True)


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert compute(PAPI, tmp_path / "none.csv").exit_code == 2


def test_check_says_what_a_sound_plan_holds_and_its_hash() -> None:
    result = run("check", PAPI)
    assert result.exit_code == 0
    assert "29 criteria, 63 agencies, 1 cluster(s), 10 period(s), 1 award rule(s)" in result.stdout
    assert "sha256:" in result.stdout


def test_check_names_every_fault_of_a_plan_with_line_and_column(tmp_path: Path) -> None:
    text = PAPI.read_text(encoding="utf-8").replace("total_places: 4", "total_places: four").replace("code: P63", "code: P62")
    path = written(tmp_path, text, "plan.yaml")
    line = 1 + text[: text.index("total_places")].count("\n")
    result = run("check", path)
    assert result.exit_code == 1
    assert f"{path}:{line}:1: /total_places: Expected a whole number here. / Ở đây phải là số nguyên. (wrong-type)" in result.stderr


def test_columns_that_are_no_criteria_are_passed_over_and_named(tmp_path: Path) -> None:
    text = "Province,STT,SC11,Tổng điểm,PAPI total,\nP01,1,1.25,1.25,46,\n"
    result = compute(PAPI, written(tmp_path, text))
    assert table_of(result)["P01"] == ("1.2500", "1")
    assert "passed over: “STT”, “Tổng điểm”, “PAPI total”." in result.stderr


@pytest.mark.parametrize("first", ["STT", "TT", "No.", "Số thứ tự"])
def test_the_agency_stands_in_the_second_column_where_the_first_has_numbers_of_order(tmp_path: Path, first: str) -> None:
    result = compute(PAPI, written(tmp_path, f"{first},Tỉnh,SC11,SC12\n1,Hà Nội,1.25,\n2,P02,,1\n"))
    assert table_of(result)["P01"] == ("", "")
    result = compute(PAPI, written(tmp_path, f"{first},Tỉnh,SC11\n1,Hà Nội,1.25\n2,P02,1\n"))
    assert [table_of(result)[code] for code in ("P01", "P02")] == [("1.2500", "1"), ("1.0000", "2")]
    assert f"passed over: “{first}”." in result.stderr


@pytest.mark.parametrize(
    ("written_as", "code"),
    [
        ("Thua Thien-Hue", "P31"),
        ("THỪA THIÊN HUẾ", "P31"),
        ("thua thien hue", "P31"),
        ("Tỉnh Hà Nam", "P23"),
        ("Ha Noi City", "P01"),
        ("Tp. Da Nang", "P32"),
        ("Đắk Lắk", "P42"),
        ("Dak Lak province", "P42"),
        ("Ba Ria - Vung Tau", "P49"),
    ],
)
def test_a_province_is_known_without_accents_and_with_its_kind(tmp_path: Path, written_as: str, code: str) -> None:
    table = table_of(compute(PAPI, written(tmp_path, f"Province,SC11\n{written_as},1\n")))
    assert [agency for agency, (total, _) in table.items() if total] == [code]


def test_quoted_decimal_commas_between_commas_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, 'Province,SC11,SC12\r\nP01,"1,25","2,500"\r\n"P02",1,1\r\n')
    assert table_of(compute(PAPI, path))["P01"] == ("3.7500", "1")


def test_unicode_text_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "values.txt"
    path.write_text("Province\tSC11\nHà Nội\t1,5\n", encoding="utf-16")
    assert table_of(compute(PAPI, path))["P01"] == ("1.5000", "1")


def test_a_row_longer_than_the_header_by_blanks_is_read(tmp_path: Path) -> None:
    assert table_of(compute(PAPI, written(tmp_path, "Province,SC11\nP01,1,,\n")))["P01"] == ("1.0000", "1")


def test_lateness_is_judged_as_on_the_day_that_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "agency,criterion,value\nPhủ Lý,giai-ngan,95\nLý Nhân,giai-ngan,95\n")
    on_time, late = (compute(HA_NAM, path, "--period", "2023-H1", "--at", day, "--explain") for day in ("2023-01-01", "2030-01-01"))
    assert "The report was on time" in on_time.stdout
    assert "day(s) late" in late.stdout
    assert table_of(compute(HA_NAM, path, "--period", "2023-H1", "--at", "2030-01-01")) != table_of(
        compute(HA_NAM, path, "--period", "2023")
    )


def test_a_day_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    assert compute(PAPI, DATA / "2019.csv", "--at", "2019-02-30").exit_code == 2
