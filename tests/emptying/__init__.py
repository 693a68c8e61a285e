"""An app of the tests' own: it empties the database between tests in a thirtieth of the time.

Django makes content types and permissions anew after each `flush`; here they are left where they are. What tests see is
the same.
"""
