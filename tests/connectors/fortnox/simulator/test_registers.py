"""Labels, projects and cost centers on documents; the registers' own rules (Fortnox facts, 6.1, 6.12, 6.14, 6.15)."""

from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import ROW, Caller, opened


async def _seed(caller: Caller, **order: Any) -> None:
    await caller.control("POST", "seed", order)


@pytest.mark.asyncio
async def test_a_label_is_put_on_documents_and_taken_off_with_its_end() -> None:
    """Only labels that exist; null and [] clear, "" and absent keep; the search finds them (6.1, 6.15)."""
    async with opened() as caller:
        await caller.customer()
        await _seed(caller, labels=[{"Description": "Brådska"}, {"Description": "Butik"}])
        made = await caller.invoice(Labels=[{"Id": 1}, {"Id": "2"}, {"Id": 1}])
        assert made["Labels"] == [{"Id": 1}, {"Id": 2}]
        await caller.order(Labels=[{"Id": 2}])
        await caller.offer()
        for labels, kept in (("", [1, 2]), ([{"Id": 2}], [2]), (None, []), ([{"Id": 1}, {"Id": 2}], [1, 2])):
            reply = await caller.call("PUT", "/3/invoices/1", {"Invoice": {"Labels": labels}})
            assert [one["Id"] for one in reply.one["Labels"]] == kept
        assert await caller.numbers("Invoices", label="1") == ["1"]
        assert (await caller.call("DELETE", "/3/labels/2")).status == 204
        assert (await caller.get("/3/invoices/1")).one["Labels"] == [{"Id": 1}]
        assert (await caller.get("/3/orders/1")).one["Labels"] == []
        assert await caller.numbers("Orders", label="2") == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ([{"Id": 9}], 2999025),
        ({}, 2001392),
        ([1], 2001392),
        ([{}], 2001392),
        ([{"Id": 1, "Description": "x"}], 2001399),
    ],
)
async def test_refused_labels_leave_no_document(labels: Any, code: int) -> None:
    """Unknown ones and other shapes."""
    async with opened() as caller:
        await caller.customer()
        await _seed(caller, labels=[{"Description": "Butik"}])
        assert (await caller.post_order(Labels=labels)).code == code
        assert (await caller.state())["orders"] == []


@pytest.mark.asyncio
@pytest.mark.capability("001-18")
async def test_documents_name_only_projects_and_cost_centers_that_are_there() -> None:
    """Header and row are looked up; an inactive cost center is refused (2000947)."""
    async with opened() as caller:
        await caller.customer()
        await _seed(
            caller,
            projects=[{"ProjectNumber": "P1", "Description": "Bro"}],
            cost_centers=[{"Code": "SYD", "Description": "Syd"}, {"Code": "NORR", "Description": "N", "Active": False}],
        )
        assert (await caller.post_invoice(Project="P2")).code == 2001161
        assert (await caller.post_invoice(InvoiceRows=[{**ROW, "Project": "P2"}])).code == 2001161
        assert (await caller.post_invoice(CostCenter="VÄST")).code == 2999156
        assert (await caller.post_invoice(CostCenter="NORR")).code == 2000947
        made = await caller.invoice(Project="P1", InvoiceRows=[{**ROW, "CostCenter": "SYD"}])
        assert (made["Project"], made["InvoiceRows"][0]["CostCenter"]) == ("P1", "SYD")
        assert len((await caller.state())["invoices"]) == 1


@pytest.mark.asyncio
async def test_a_switch_leaves_the_look_for_dimensions_out() -> None:
    """Then any text is taken, as long as it fits."""
    async with opened(CompanySettings(rate_limit=0, check_dimensions=False)) as caller:
        await caller.customer()
        assert (await caller.invoice(Project="P2", CostCenter="VÄST"))["Project"] == "P2"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("holder", "path"),
    [
        ("project", "/3/projects/P1"),
        ("project in a row", "/3/projects/P1"),
        ("project of a customer", "/3/projects/P1"),
        ("cost center", "/3/costcenters/SYD"),
        ("cost center of a supplier", "/3/costcenters/SYD"),
    ],
)
async def test_a_dimension_in_use_is_not_deleted(holder: str, path: str) -> None:
    """Wherever it is named: document, row or card (6.14, code invented)."""
    async with opened() as caller:
        await _seed(
            caller,
            projects=[{"ProjectNumber": "P1", "Description": "Bro"}],
            cost_centers=[{"Code": "SYD", "Description": "Syd"}],
            customers=[{"Name": "Exempel", **({"Project": "P1"} if holder == "project of a customer" else {})}],
            suppliers=[{"Name": "Granlunda", **({"CostCenter": "SYD"} if "supplier" in holder else {})}],
        )
        if holder == "project":
            await caller.offer(Project="P1")
        elif holder == "project in a row":
            await caller.invoice(InvoiceRows=[{**ROW, "Project": "P1"}])
        elif holder == "cost center":
            await caller.invoice(CostCenter="SYD")
        reply = await caller.call("DELETE", path)
        assert (reply.status, reply.code) == (400, 2999102)
        assert (await caller.get(path)).status == 200


@pytest.mark.asyncio
async def test_currencies() -> None:
    """lastmodified is 2000588, the own currency stays, another goes; rates are above 0 and dated (6.15)."""
    async with opened() as caller:
        refused = await caller.get("/3/currencies?lastmodified=2026-03-01%2000:00")
        assert (refused.status, refused.code) == (400, 2000588)
        assert (await caller.call("DELETE", "/3/currencies/SEK")).code == 2999103
        assert (await caller.call("DELETE", "/3/currencies/EUR")).status == 204
        assert (await caller.get("/3/currencies/EUR")).code == 2000427
        body = {"Currency": {"Code": "EUR", "Description": "Euro", "BuyRate": 0}}
        assert (await caller.call("POST", "/3/currencies", body)).code == 2000108
        body = {"Currency": {"Code": "EUR", "Description": "Euro", "BuyRate": "11.5"}}
        made = (await caller.call("POST", "/3/currencies", body)).one
        assert (made["Date"], made["SellRate"], str(made["BuyRate"])) == ("2026-03-10", 1, "11.5")
        assert (await caller.call("POST", "/3/currencies", body)).code == 2999021


@pytest.mark.asyncio
async def test_a_mode_of_payment_can_be_made_used_and_taken_away() -> None:
    """Its account must stand in the chart; a payment names it by its code (6.6, 6.15)."""
    async with opened() as caller:
        mode = {"Code": "SW", "Description": "Swish", "AccountNumber": 1930}
        for number, code in ((1777, 2000423), ("x", 2000423), (19300, 2000107)):
            body = {"ModeOfPayment": {**mode, "AccountNumber": number}}
            assert (await caller.call("POST", "/3/modesofpayments", body)).code == code
        made = await caller.call("POST", "/3/modesofpayments", {"ModeOfPayment": mode})
        assert (made.status, made.one["AccountNumber"]) == (201, "1930")
        assert (await caller.call("POST", "/3/modesofpayments", {"ModeOfPayment": mode})).code == 2999101
        await caller.customer()
        number = int((await caller.booked())["DocumentNumber"])
        paid = await caller.post_payment(InvoiceNumber=number, Amount=125, ModeOfPayment="SW")
        assert (paid.status, paid.one["ModeOfPaymentAccount"]) == (201, 1930)
        assert (await caller.call("DELETE", "/3/modesofpayments/SW")).status == 204
        assert (await caller.post_payment(InvoiceNumber=number, ModeOfPayment="SW")).code == 2999014


@pytest.mark.asyncio
@pytest.mark.parametrize(("account", "code"), [(193, 2002462), (10000, 2002462), (1777, 2001265), (None, 2002462)])
async def test_predefined_accounts_take_accounts_of_the_chart(account: int | None, code: int) -> None:
    """Four digits, and in the chart (4.3, 6.12); the name is fixed."""
    async with opened() as caller:
        path = "/3/predefinedaccounts/SALES_25_SE"
        assert (await caller.call("PUT", path, {"PreDefinedAccount": {"Account": account}})).code == code
        assert (await caller.get(path)).one["Account"] == 3001
        assert (await caller.call("PUT", path, {"PreDefinedAccount": {"Name": "BG"}})).code == 2001399
        changed = await caller.call("PUT", path, {"PreDefinedAccount": {"Account": 3002, "Name": "SALES_25_SE"}})
        assert changed.one == {"@url": f"{caller.server.url}{path}", "Account": 3002, "Name": "SALES_25_SE"}
        cleared = await caller.call(
            "PUT", "/3/predefinedvoucherseries/INVOICE", {"PreDefinedVoucherSeries": {"VoucherSeries": None}}
        )
        assert cleared.code == 2000204


@pytest.mark.asyncio
async def test_print_templates_are_asked_for_by_kind() -> None:
    """`?type=` takes the three kinds of document (5)."""
    async with opened() as caller:
        assert await caller.numbers("PrintTemplates", "Template") == ["oc", "of", "st"]
        assert await caller.numbers("PrintTemplates", "Template", type="order") == ["oc"]
        assert (await caller.get("/3/printtemplates?type=contract")).code == 2000588


@pytest.mark.asyncio
async def test_trusted_email_senders() -> None:
    """The list shows trusted and rejected ones; one is added below and deleted by its id (6.15)."""
    async with opened() as caller:
        body = {"TrustedSender": {"Email": "faktura@example.com"}}
        made = await caller.call("POST", "/3/emailsenders/trusted", body)
        assert (made.status, made.one["Id"]) == (201, 1)
        assert (await caller.call("POST", "/3/emailsenders/trusted", {"TrustedSender": {}})).code == 2000204
        listed = (await caller.get("/3/emailsenders")).one
        assert listed == {"RejectedSenders": [], "TrustedSenders": [{"Email": "faktura@example.com", "Id": 1}]}
        assert (await caller.get("/3/emailsenders/trusted")).code == 2000764
        assert (await caller.call("DELETE", "/3/emailsenders/trusted/1")).status == 204
        assert (await caller.get("/3/emailsenders")).one["TrustedSenders"] == []


@pytest.mark.asyncio
async def test_what_a_company_has_one_of() -> None:
    """The locked day, the company's own number as text, the service user, the EU sales of a year (6.13, 6.15)."""
    async with opened() as caller:
        assert (await caller.get("/3/settings/lockedperiod")).one == {"EndDate": None}
        await caller.control("POST", "settings", {"company": 1001, "locked_until": "2026-01-31"})
        assert (await caller.get("/3/settings/lockedperiod")).one == {"EndDate": "2026-01-31"}
        settings = (await caller.get("/3/settings/company")).one
        assert (settings["DatabaseNumber"], settings["VATNumber"]) == ("1001", "SE555555555501")
        assert set((await caller.get("/3/me")).one) == {"Email", "Id", "Locale", "Name", "SysAdmin"}
        await caller.customer(VATType="EUVAT", CountryCode="DE")
        await caller.invoice(InvoiceDate="2025-12-31")
        await caller.invoice(Currency="EUR", InvoiceRows=[{**ROW, "Price": 10000}])
        limit = (await caller.get("/3/euvatlimitregulation")).one
        assert limit == {"IsOverLimit": True, "Limit": 99680, "TotalExclVat": 112500, "Year": "2026"}
        before = (await caller.get("/3/euvatlimitregulation?year=2025")).one
        assert (before["IsOverLimit"], before["TotalExclVat"]) == (False, 100)
        assert (await caller.get("/3/euvatlimitregulation?year=26")).code == 2000588
