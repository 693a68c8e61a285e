"""A database of 1,000 tables, as grown companies have them: a dozen that are asked about among copies and noise."""

from datasources.introspect import Column, ForeignKey, Schema, Table

TOPICS = """
audit batch budget campaign carrier claim consent contract coupon device document dunning event feature forecast
gateway hazard import incident inspection job journal kiosk label ledger license locker message meter mission
notification outage parcel permit pickup policy portal probe quota recall rebate region relay reminder report
review route rule scanner schedule sensor session shift signal snapshot survey tariff task template tender
terminal ticket timesheet token training transfer treasury vendor venue voucher wallet webhook wing worker yard
zone
"""
KINDS = "archive draft error export group history index link log note queue setting state"


def table(name: str, *columns: str, schema: str = "", comment: str = "", **keys: str) -> Table:
    """Columns are text unless they end in `id`; `keys` say which of them refer to which table's `id`."""
    return Table(
        name=name,
        schema=schema,
        comment=comment,
        columns=tuple(Column(column, "INTEGER" if column.endswith("id") else "TEXT") for column in ("id", *columns)),
        primary_key=("id",),
        foreign_keys=tuple(ForeignKey((column,), target, ("id",)) for column, target in keys.items()),
    )


ASKED_ABOUT = (
    table("customers", "first_name", "last_name", "city", "country"),
    table("orders", "customer_id", "ordered_at", "status", "total", customer_id="customers"),
    table("order_items", "order_id", "product_id", "quantity", "unit_price", order_id="orders", product_id="products"),
    table("products", "product_name", "category_id", "price", category_id="product_categories"),
    table("product_categories", "title"),
    table("employees", "full_name", "hired_on", "salary", "department_id", department_id="departments"),
    table("departments", "title", "manager_id"),
    table("InvoiceLines", "invoiceId", "description", "amountDue", invoiceId="Invoices"),
    table("Invoices", "customerId", "issuedOn", "paidOn", customerId="customers"),
    table("wh_stk", "product_id", "qty", comment="How much of each product every warehouse has in stock"),
    table("shipments", "order_id", "carrier", "shipped_on", schema="logistics", order_id="orders"),
    Table("subscriptions", (Column("id", "INTEGER"), Column("plan", "TEXT", values=("bronze", "silver", "platinum")))),
)


def many_tables() -> Schema:
    noise = [
        table(f"{topic}_{kind}", "created_at", "created_by", "value", "name", "remark", "payload", "version", "status")
        for topic in TOPICS.split()
        for kind in KINDS.split()
    ]
    data = Schema((*noise[: 1000 - len(ASKED_ABOUT)], *ASKED_ABOUT)).to_dict()
    return Schema.from_dict(data)
