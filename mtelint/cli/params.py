"""click's type of a parameter, which says in brackets what it gives: at run time only recent versions of click can."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from click import ParamType
else:
    import click

    class ParamType(click.ParamType):
        """The same, with brackets that mean nothing at run time."""

        def __class_getitem__(cls, item: Any) -> Any:
            """The type itself."""
            del item
            return cls


__all__ = ["ParamType"]
