"""Companies and products of Upsales follow Fortnox: found exactly, asked about, made once, changed by what differs."""

import pytest

from connectors.base import Held, Link, Park, Write
from tests.connectors.upsales.bodies import account
from tests.connectors.upsales.writing import MAIL, NUMBER, POST, VISIT, WORDS, bench, follows, task

KEY = (("organisation_number", "559902-1085"),)


@pytest.mark.asyncio
async def test_a_company_is_found_by_its_number_and_only_what_differs_is_written() -> None:
    """The address that is read is the one that is written; others, and lines that are not told, stay."""
    async with bench() as made:
        made.state.put("accounts", account(custom=[NUMBER, MAIL], addresses=[VISIT, POST]))
        command = follows("1027", fields={**WORDS, "email": "ny@batservice.example.com"})
        planned = await made.planned(command, Link("account", "318", {}))
        assert isinstance(planned, Write)
        kept = f"{planned.evidence} {planned.stands_on} {planned.proof}"
        for personal in ("46846500411", "46846500410", "Varvsvägen", "ny@batservice", "Skärgårdens"):
            assert personal not in kept
        settled = await made.carry(command)
        assert (settled.result, settled.question) == ("changed", None)
        [write] = made.state.writes
        assert write["body"] == {
            "phone": "+46846500411",
            "addresses": [VISIT, {**POST, "address": "Varvsvägen 12\nc/o Öhman"}],
            "custom": [NUMBER, {"fieldId": 9, "value": "ny@batservice.example.com"}],
        }
        assert (await made.carry(follows("1027", fields=WORDS))).result == "unchanged"


@pytest.mark.asyncio
async def test_a_company_without_a_number_is_found_by_its_organisation_number() -> None:
    """However it is written there; a company that has another customer number is another customer's."""
    async with bench() as made:
        made.state.put("accounts", account(orgNo="559902-1085"), account(id=319, custom=[{**NUMBER, "value": "5"}]))
        settled = await made.carry(follows("1027", fields={"name": WORDS["name"]}, match=KEY, create=True))
        assert settled.link == Link("account", "318", {"customer_number": "1027"})
        assert [entry["value"] for entry in made.record("accounts", 318)["custom"]] == ["1027"]
        assert len(made.state.records["accounts"]) == 2


@pytest.mark.asyncio
async def test_several_that_fit_are_a_question_with_the_choices() -> None:
    """By number, and by organisation number; a person's word names one, or says that it is none of them."""
    async with bench() as made:
        made.state.put("accounts", account(), account(id=319))
        command = follows("1027", made_with=WORDS, match=KEY, create=True)
        with pytest.raises(Held, match="another_party") as caught:
            await made.planned(command)
        assert caught.value.choices == ("account:318", "account:319")
        named = await made.target.identify(task(command), "account", "319")
        assert (named.link, named.again) == (Link("account", "319", {}), True)
        assert (await made.carry(command, named.link)).result == "changed"
        made.record("accounts", 318)["custom"] = [NUMBER]
        with pytest.raises(Held, match="several_accounts"):
            await made.planned(command)
        for number, why in (("320", "no account:320"), ("319", "another customer number")):
            with pytest.raises(Park, match="not_linkable") as refused:
                await made.target.identify(task(follows("5")), "account", number)
            assert why in refused.value.remedy


@pytest.mark.asyncio
async def test_the_same_name_alone_is_a_question_and_never_a_match() -> None:
    """Only where a company would be made; one with another organisation number is another company."""
    async with bench() as made:
        made.state.put("accounts", account(orgNo=None))
        command = follows("1027", made_with={"name": "skärgårdens båtservice AB"}, match=KEY, create=True)
        with pytest.raises(Held, match="another_party") as caught:
            await made.planned(command)
        assert caught.value.choices == ("account:318",)
        assert (await made.carry(command.model_copy(update={"create": False}))).result == "not_created"
        made.record("accounts", 318)["orgNo"] = "5560360793"
        assert isinstance(await made.planned(command), Write)
        made.record("accounts", 318)["orgNo"] = None
        assert (await made.carry(command.model_copy(update={"although_alike": True}))).result == "created"
        assert len(made.state.records["accounts"]) == 2


@pytest.mark.asyncio
async def test_a_company_is_made_with_all_that_is_known_and_then_found() -> None:
    """Its number is on it from the first moment; without a name nothing is made."""
    async with bench() as made:
        command = follows("1027", fields={"phone": "+46846500411"}, made_with=WORDS, match=KEY, create=True)
        settled = await made.carry(command)
        assert (settled.result, settled.question) == ("created", None)
        [write] = made.state.writes
        assert write["body"] == {
            "name": WORDS["name"],
            "orgNo": "5599021085",
            "phone": "+46846500411",
            "addresses": [{"type": "Mail", "address": "Varvsvägen 12", "zipcode": "185 42", "country": "SE"}],
            "custom": [{"fieldId": 8, "value": "1027"}],
        }
        assert (await made.carry(command)).result == "unchanged"
        with pytest.raises(Park, match="no_name"):
            await made.planned(follows("1028", create=True))


@pytest.mark.asyncio
async def test_a_customer_that_is_gone_takes_its_number_off_and_keeps_the_company() -> None:
    """Nothing else changes; a number that is another one's by now stays."""
    async with bench() as made:
        made.state.put("accounts", account(custom=[NUMBER, MAIL]))
        settled = await made.carry(follows("1027", gone=True))
        assert (settled.result, settled.question) == ("changed", None)
        assert made.state.writes[0]["body"] == {"custom": [MAIL, {"fieldId": 8, "value": ""}]}
        assert [entry["fieldId"] for entry in made.record("accounts", 318)["custom"]] == [9]
        assert (await made.carry(follows("1027", gone=True))).result == "not_created"
        made.record("accounts", 318)["custom"] = [{**NUMBER, "value": "2001"}]
        assert (await made.carry(follows("1027", gone=True), Link("account", "318", {}))).result == "unchanged"
        assert len(made.state.writes) == 1


# --- products ---------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_product_is_made_and_follows_its_article() -> None:
    """Found by its number, changed only where it differs, no more active where the article is gone."""
    async with bench() as made:
        words = {"name": "Bottenmålning", "list_price": "1799.10"}
        command = follows("BM-20", "product", fields=words, create=True)
        assert (await made.carry(command)).result == "created"
        [product] = made.state.records["products"].values()
        assert (product["articleNo"], product["name"], product["listPrice"], product["active"]) == (
            "BM-20",
            "Bottenmålning",
            1799.1,
            1,
        )
        assert (await made.carry(command)).result == "unchanged"
        dearer = follows("BM-20", "product", fields={"list_price": "1850"})
        assert (await made.carry(dearer)).result == "changed"
        assert (await made.carry(follows("BM-20", "product", fields={"active": "0"}))).result == "changed"
        assert [write["body"] for write in made.state.writes[1:]] == [{"listPrice": 1850}, {"active": 0}]
        unknown = follows("X-1", "product", fields={"list_price": "5"})
        assert (await made.carry(unknown)).result == "not_created"
        made.state.put("products", {**product, "id": 44})
        with pytest.raises(Held, match="several_products"):
            await made.planned(dearer)
