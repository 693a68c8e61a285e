from django.urls import path

from chat import evolving_views, sharing_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("databases/<int:connection_id>/ask/", views.ask, name="ask"),
    path("databases/<int:connection_id>/examples/", views.example_questions, name="examples"),
    path("databases/<int:connection_id>/examples/new/", views.new_examples, name="new_examples"),
    path("conversations/", views.conversations, name="conversations"),
    path("conversations/new/", views.new_conversation, name="new_conversation"),
    path("chat/<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("chat/<uuid:conversation_id>/before/<uuid:episode_id>/", views.earlier_turns, name="earlier_turns"),
    path("chat/<uuid:conversation_id>/rename/", views.rename_conversation, name="rename_conversation"),
    path("chat/<uuid:conversation_id>/delete/", views.delete_conversation, name="delete_conversation"),
    path("chat/<uuid:conversation_id>/share/", sharing_views.share_conversation, name="share_conversation"),
    path(
        "chat/<uuid:conversation_id>/stop-sharing/",
        sharing_views.stop_sharing_conversation,
        name="stop_sharing_conversation",
    ),
    path("answers/<uuid:episode_id>/share/", sharing_views.share_answer, name="share_answer"),
    path("answers/<uuid:episode_id>/stop-sharing/", sharing_views.stop_sharing_answer, name="stop_sharing_answer"),
    path("teams/<int:team_id>/shared/", sharing_views.team_shared, name="team_shared"),
    path("answers/<uuid:episode_id>/", views.answer, name="answer"),
    path("answers/<uuid:episode_id>/rows/", views.answer_rows, name="answer_rows"),
    path("answers/<uuid:episode_id>/verdict/", views.verdict, name="verdict"),
    path("answers/<uuid:episode_id>/pick/", views.pick, name="pick"),
    path("answers/<uuid:episode_id>/remark/", views.remark, name="remark"),
    path("model-status/", views.model_status, name="model_status"),
    path("prompt/<int:connection_id>/", evolving_views.prompt_panel, name="prompt_panel"),
    path("prompt/<int:connection_id>/optimization/", evolving_views.optimization, name="chat_optimization"),
    path("prompt/<int:connection_id>/optimize/", evolving_views.optimize, name="chat_optimize"),
    path("prompt/<int:connection_id>/cancel/", evolving_views.cancel_optimization, name="chat_cancel_optimization"),
    path(
        "chat/<uuid:conversation_id>/generations/<int:number>/undo/",
        evolving_views.undo_generation,
        name="chat_undo_generation",
    ),
    path(
        "chat/<uuid:conversation_id>/generations/<int:number>/use/",
        evolving_views.use_generation,
        name="chat_use_generation",
    ),
]
