"""What a statement may not call or read on MySQL and MariaDB, as the guard has it."""

import re

DENIED_FUNCTIONS = re.compile(
    r"load_file|sleep|benchmark|\w+_lock|\w+_all_locks|\w+_wait|wait_\w+|sys_(exec|eval|get|set)\w*|lib_mysqludf\w*"
    r"|nextval|lastval|setval|last_insert_id|gtid_\w+|ps_\w+|analyse|name_const|wsrep_\w+|keyring_\w+|audit_log_\w+"
    r"|group_replication_\w+|version_tokens_\w+|mysql_firewall_\w+|load_rewrite_rules|innodb_\w+"
)
_DESCRIBING = (
    r"applicable_roles|character_sets|check_constraints|collation\w*|columns|columns_extensions|enabled_roles|engines"
    r"|events|geometry_columns|key_column_usage|keywords|parameters|partitions|periods|key_period_usage"
    r"|referential_constraints|resource_groups|role_\w+_grants|routines|schema_privileges|schemata|schemata_extensions"
    r"|sequences|spatial_ref_sys|sql_functions|st_\w+|statistics|table_constraints|table_constraints_extensions"
    r"|table_privileges|tables|tables_extensions|triggers|user_privileges|view_\w+_usage|views"
)
# Accounts and their passwords, other people's statements, and what the server is made of.
DENIED_TABLES = re.compile(
    rf"(mysql|performance_schema|sys|ndbinfo)\..*|information_schema\.(?!(?:{_DESCRIBING})$).*", re.DOTALL
)
