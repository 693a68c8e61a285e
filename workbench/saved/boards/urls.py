from django.urls import path

from workbench.saved.boards import views

_BOARD = "boards/<int:board_id>/"
_PIN = _BOARD + "pins/<int:pin_id>/"

urlpatterns = [
    path("teams/<int:team_id>/boards/", views.team_boards, name="team_boards"),
    path(_BOARD, views.board, name="board"),
    path(_BOARD + "change/", views.change, name="board_change"),
    path(_BOARD + "delete/", views.delete, name="board_delete"),
    path(_BOARD + "refresh/", views.refresh, name="board_refresh"),
    path(_BOARD + "take-over/", views.take_over, name="board_take_over"),
    path(_BOARD + "order/", views.order, name="board_order"),
    path(_PIN + "move/", views.move, name="pin_move"),
    path(_PIN + "unpin/", views.unpin, name="unpin"),
    path("saved/<int:saved_id>/pin/", views.pin_saved, name="pin_saved"),
]
