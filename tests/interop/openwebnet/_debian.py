# Copyright 2026 the Wirekit authors. MIT license.
"""Lets pyown be imported on the Python of Debian 12.

It takes each base of pyown's enumerations of text for a data type of its own,
which Python 3.11.4 and later do not.
"""

import enum
import sys

if sys.version_info < (3, 11, 4):
    find_data_type = enum.EnumType._find_data_type_
    enum.EnumType._find_data_type_ = classmethod(
        lambda cls, name, bases: str
        if any(issubclass(base, str) for base in bases)
        else find_data_type(name, bases)
    )
