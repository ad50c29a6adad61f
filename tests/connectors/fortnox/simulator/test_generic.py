"""What every plain resource has in common: kinds, limits, partial updates, keys, thin lists, pages (1.8, 1.9, 5)."""

from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import UNLIMITED, Caller, Reply, opened


async def _post(caller: Caller, path: str, envelope: str, **fields: Any) -> Reply:
    return await caller.call("POST", f"/3/{path}", {envelope: fields})


async def _made(caller: Caller, path: str, envelope: str, **fields: Any) -> dict[str, Any]:
    reply = await _post(caller, path, envelope, **fields)
    assert reply.status == 201, reply.text
    return reply.one


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Name": ""}, 2000204),
        ({"Name": None}, 2000204),
        ({"Name": "A|B"}, 2000359),
        ({"Name": ["A"]}, 2000106),
        ({"Comments": "x" * 1025}, 2000107),
        ({"Active": "ja"}, 2000134),
        ({"CountryCode": "XX"}, 2999015),
        ({"Country": "Norge"}, 2001399),
        ({"Mobile": "070"}, 2001399),
        ({"Currency": "GBP"}, 2000427),
    ],
)
async def test_refused_values_of_a_supplier_are_not_stored(fields: dict[str, Any], code: int) -> None:
    """Kind, length, characters, choices, read-only and unknown fields each have their code (1.9, 4.3)."""
    async with opened() as caller:
        refused = await _post(caller, "suppliers", "Supplier", **{"Name": "Granlunda", **fields})
        assert (refused.status, refused.code) == (400, code)
        assert (await caller.state())["suppliers"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Status": "DONE"}, 2999016),
        ({"StartDate": "2026-02-30"}, 2999017),
        ({"Description": "x" * 51}, 2000107),
        ({"ProjectNumber": "x" * 21}, 2000107),
        ({"ProjectNumber": "P1"}, 2999101),
    ],
)
@pytest.mark.capability("001-16")
async def test_refused_values_of_a_project(fields: dict[str, Any], code: int) -> None:
    """The limits of Fortnox's own description hold; a number that exists is refused."""
    async with opened() as caller:
        await _made(caller, "projects", "Project", ProjectNumber="P1", Description="Ombyggnad")
        refused = await _post(caller, "projects", "Project", **{"Description": "Nybyggnad", **fields})
        assert (refused.status, refused.code) == (400, code)
        assert len((await caller.state())["projects"]) == 1


@pytest.mark.asyncio
async def test_an_update_is_partial() -> None:
    """Absent and empty keep, null and API_BLANK clear, the key stays (1.8)."""
    async with opened() as caller:
        await _made(
            caller, "projects", "Project", ProjectNumber="P1", Description="Bro", Comments="a", StartDate="2026-03-01"
        )
        reply = await caller.call(
            "PUT", "/3/projects/P1", {"Project": {"Comments": "", "ContactPerson": "Kim", "Description": ""}}
        )
        assert (reply.one["Comments"], reply.one["ContactPerson"], reply.one["Description"]) == ("a", "Kim", "Bro")
        cleared = {"Comments": None, "StartDate": "API_BLANK", "ProjectNumber": "P1"}
        reply = await caller.call("PUT", "/3/projects/P1", {"Project": cleared})
        assert (reply.one["Comments"], reply.one["StartDate"], reply.one["ContactPerson"]) == ("", None, "Kim")
        moved = await caller.call("PUT", "/3/projects/P1", {"Project": {"ProjectNumber": "P2", "Comments": "b"}})
        assert (moved.status, moved.code) == (400, 2001399)
        bare = await caller.call("PUT", "/3/projects/P1", {"Project": {"Description": None, "Comments": "b"}})
        assert bare.code == 2000204
        assert (await caller.get("/3/projects/P1")).one["Comments"] == ""


@pytest.mark.asyncio
@pytest.mark.capability("001-03")
async def test_an_offered_key_is_the_next_of_its_own_series() -> None:
    """Suppliers and projects take a number of ours or count on their own, past what is taken (6.9, 6.14)."""
    async with opened() as caller:
        await _made(caller, "suppliers", "Supplier", SupplierNumber="2", Name="B")
        numbers = [(await _made(caller, "suppliers", "Supplier", Name="A"))["SupplierNumber"] for _ in range(2)]
        assert numbers == ["1", "3"]
        assert (await _post(caller, "suppliers", "Supplier", SupplierNumber="3", Name="C")).code == 2999101
        assert (await _made(caller, "projects", "Project", Description="D"))["ProjectNumber"] == "1"


@pytest.mark.asyncio
async def test_an_assigned_key_cannot_be_chosen() -> None:
    """Ids are whole numbers of a series; deleting the last does not give its number out again."""
    async with opened() as caller:
        first = await _made(caller, "labels", "Label", Description="Brådska")
        assert first["Id"] == 1
        assert (await _post(caller, "labels", "Label", Id=7, Description="Sju")).code == 2001399
        assert (await caller.call("DELETE", "/3/labels/1")).status == 204
        assert (await _made(caller, "labels", "Label", Description="Igen"))["Id"] == 2
        assert (await caller.call("PUT", "/3/labels/1", {"Label": {"Description": "x"}})).code == 2999025


@pytest.mark.asyncio
async def test_rows_are_replaced_all_at_once() -> None:
    """Each row is read by its own schema; another type is refused."""
    async with opened() as caller:
        wage = {"FirstDay": "2026-01-01", "MonthlySalary": "30000"}
        card = {"EmployeeId": "E1", "FirstName": "Prov", "LastName": "Anställd", "Email": "prov@example.test"}
        made = await _made(caller, "employees", "Employee", **card, DatedWages=[wage])
        assert made["DatedWages"][0]["FirstDay"] == "2026-01-01"
        path = "/3/employees/E1"
        for rows, code in (({}, 2001392), ([1], 2001392), ([{"Bonus": 1}], 2001399), ([{"FirstDay": "x"}], 2999017)):
            assert (await caller.call("PUT", path, {"Employee": {"DatedWages": rows}})).code == code
        kept = await caller.call("PUT", path, {"Employee": {"FirstName": "Prov", "LastName": "Person"}})
        assert (kept.one["DatedWages"], kept.one["FullName"]) == (made["DatedWages"], "Prov Person")
        emptied = await caller.call("PUT", path, {"Employee": {"DatedWages": None}})
        assert emptied.one["DatedWages"] == []


@pytest.mark.asyncio
async def test_lists_are_thin_where_fortnox_describes_them_so() -> None:
    """A project's list item lacks the comments, a supplier's calls the phone otherwise (5, 6.14)."""
    async with opened() as caller:
        await _made(caller, "projects", "Project", Description="Bro", Comments="internt")
        (item,) = (await caller.get("/3/projects")).json["Projects"]
        assert set(item) == {
            "@url", "Description", "EndDate", "ProjectLeader", "ProjectNumber", "StartDate", "Status"
        }  # fmt: skip
        await _made(
            caller, "suppliers", "Supplier", Name="Granlunda", Phone1="0470-100", Comments="x", CountryCode="SE"
        )
        (supplier,) = (await caller.get("/3/suppliers")).json["Suppliers"]
        assert (supplier["Phone"], supplier["CountryCode"]) == ("0470-100", "SE")
        assert not {"Comments", "Phone1", "Country"} & set(supplier)
        assert (await caller.get("/3/suppliers/1")).one["Country"] == "Sverige"


@pytest.mark.asyncio
@pytest.mark.parametrize("ignores_page", [False, True])
@pytest.mark.capability("001-18")
async def test_projects_and_cost_centers_may_repeat_their_first_page(ignores_page: bool) -> None:
    """With the switch every page is the first; other lists go on as ever (5)."""
    async with opened(CompanySettings(rate_limit=0, some_lists_ignore_page=ignores_page)) as caller:
        for number in ("1", "2", "3"):
            await _made(caller, "projects", "Project", ProjectNumber=number, Description="Bro")
            await _made(caller, "costcenters", "CostCenter", Code=number, Description="Butik")
            await _made(caller, "suppliers", "Supplier", SupplierNumber=number, Name="Granlunda")
        expected = ["1", "2"] if ignores_page else ["3"]
        assert await caller.numbers("Projects", "ProjectNumber", limit=2, page=2) == expected
        assert await caller.numbers("CostCenters", "Code", limit=2, page=2) == expected
        assert await caller.numbers("Suppliers", "SupplierNumber", limit=2, page=2) == ["3"]
        about = (await caller.get("/3/projects?limit=2&page=2")).json["MetaInformation"]
        assert (about["@TotalResources"], about["@TotalPages"]) == (3, 2)
        assert about["@CurrentPage"] == (1 if ignores_page else 2)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "gran"}, ["1"]),
        ({"suppliernumber": "2"}, ["2"]),
        ({"filter": "active"}, ["1"]),
        ({"filter": "inactive"}, ["2"]),
        ({"sortby": "name", "sortorder": "descending"}, ["1", "2"]),
        ({"sortby": "suppliernumber", "sortorder": "descending"}, ["2", "1"]),
        ({"lastmodified": "2026-03-10 13:01"}, ["2"]),
    ],
)
@pytest.mark.capability("001-03")
async def test_suppliers_are_found(query: dict[str, Any], found: list[str]) -> None:
    """Searches, filters, order and lastmodified in Stockholm's time (5)."""
    async with opened() as caller:
        await _made(caller, "suppliers", "Supplier", Name="Granlunda")
        caller.clock.move(60)
        await _made(caller, "suppliers", "Supplier", Name="Almby", Active=False)
        assert await caller.numbers("Suppliers", "SupplierNumber", **query) == found
        assert (await caller.get("/3/suppliers?filter=old")).code == 2000587
        assert (await caller.get("/3/suppliers?sortby=city")).code == 2000588


@pytest.mark.asyncio
async def test_keys_are_encoded_in_addresses() -> None:
    """A code with a slash is one segment; the Location is a bare word (1.3, 1.4)."""
    async with opened() as caller:
        reply = await _post(caller, "wayofdeliveries", "WayOfDelivery", Code="BÅT/1", Description="Båt")
        assert (reply.status, reply.headers["Location"]) == (201, "wayofdeliveries")
        assert reply.one["@url"] == f"{caller.server.url}/3/wayofdeliveries/B%C3%85T%2F1"
        assert (await caller.get("/3/wayofdeliveries/B%C3%85T%2F1")).one == reply.one
        assert (await _post(caller, "projects", "Project", Description="Bro")).headers["Location"] == "project"
        sender = await _post(caller, "emailsenders/trusted", "TrustedSender", Email="faktura@example.com")
        assert (sender.status, sender.headers["Location"]) == (201, "emailsenders")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("projects/9", 2001161),
        ("currencies/XXX", 2000427),
        ("termsofdeliveries/9", 2000435),
        ("predefinedaccounts/9", 2001403),
        ("noxfinansinvoices/9", 2000434),
        ("suppliers/9", 2999100),
        ("assets/types/9", 2999100),
    ],
)
async def test_what_is_not_there_has_its_own_code(path: str, code: int) -> None:
    """Fortnox's own where it is known (4.3)."""
    async with opened() as caller:
        reply = await caller.get(f"/3/{path}")
        assert (reply.status, reply.code) == (404, code)


@pytest.mark.asyncio
async def test_scopes_are_those_of_the_table() -> None:
    """A token without the scope is refused with 403, for singletons and irregular paths too."""
    narrow = CompanySettings(rate_limit=0, scopes=("customer",))
    async with opened(narrow) as caller:
        for path in (
            "projects",
            "settings/lockedperiod",
            "me",
            "emailsenders",
            "assets/types",
            "assets/depreciations/x",
        ):
            reply = await caller.get(f"/3/{path}")
            assert (reply.status, reply.code) == (403, 2000663), path
        assert (await caller.get("/3/customerreferences")).status == 200


@pytest.mark.asyncio
async def test_state_and_seed_know_the_plain_resources() -> None:
    """A seed takes what a POST takes; the state shows it under the table's name."""
    async with opened(UNLIMITED) as caller:
        seeded = await caller.control(
            "POST",
            "seed",
            {
                "suppliers": [{"Name": "Granlunda"}],
                "asset_types": [{"Number": "M", "Description": "Maskiner"}],
                "assets": [{"Number": "A1", "Description": "Truck", "TypeId": 1}],
                "email_senders": [{"Email": "faktura@example.com"}],
            },
        )
        made = {name: count for name, count in seeded["seeded"].items() if count}
        assert made == {"suppliers": 1, "asset_types": 1, "assets": 1, "email_senders": 1}
        state = await caller.state()
        assert [one["Name"] for one in state["suppliers"]] == ["Granlunda"]
        assert state["assets"][0]["Type"] == "Maskiner"
        assert len(state["predefined_accounts"]) == 49
