from core.api import hookimpl


@hookimpl
def inventory_moves_dnoe(ctx, moves):
    """The name has a typing error."""
