"""What a statement may not call or read on PostgreSQL, as the guard has it."""

import re

# What describes the database at hand: the rest of pg_* acts, waits, or tells of the server and of other people.
_HARMLESS = (
    r"pg_typeof|pg_size_pretty|pg_size_bytes|pg_(column|database|indexes|relation|table|total_relation)_size"
    r"|pg_get_(constraint|function|index|partkey|rule|statisticsobj|trigger|view)def|pg_get_expr|pg_get_userbyid"
    r"|pg_get_function_(identity_arguments|arguments|result)|pg_get_serial_sequence|pg_(table|type|function)_is_visible"
    r"|pg_encoding_to_char|pg_collation_for|pg_has_role|pg_input_is_valid|pg_partition_(tree|root|ancestors)"
)
# Some run a text as a statement, in which the guard sees nothing: query_to_xml, ts_stat, crosstab and their like.
DENIED_FUNCTIONS = re.compile(
    rf"(?!(?:{_HARMLESS})$)pg_\w+|lo(_\w+|read|write)|dblink\w*|\w+_to_xml\w*|ts_stat|ts_rewrite|crosstab\w*|connectby"
    r"|xpath_table|set_config|current_setting|nextval|setval|currval|lastval|txid_\w+|setseed"
    r"|inet_(server|client)_(addr|port)|query_export\w*"
)
# The catalogues of the database at hand. Left out: passwords, settings, files, other people's statements.
_CATALOGUES = (
    r"aggregate|am|amop|amproc|attrdef|attribute|auth_members|available_extensions|cast|class|collation|constraint"
    r"|conversion|database|default_acl|depend|description|enum|event_trigger|extension|foreign_table|group|index"
    r"|indexes|inherits|language|locks|matviews|namespace|opclass|operator|opfamily|partitioned_table|policies|policy"
    r"|proc|publication|publication_(rel|tables)|range|rewrite|roles|rules|sequence|sequences|shdepend|shdescription"
    r"|(stat|statio)_(all|sys|user)_(tables|indexes|sequences)|stat_(user|xact_user)_(functions|tables)|stat_database"
    r"|statistic_ext|stats|stats_ext|tables|tablespace|timezone_(abbrevs|names)|transform|trigger|ts_\w+|type|user|views"
)
DENIED_TABLES = re.compile(
    rf"(?!pg_(?:{_CATALOGUES})$)pg_\w+|(information_schema\.)(_pg_\w+|(user_mapping|foreign_(server|data_wrapper))\w*)"
)
