"""Fourth scene: the stand-ins of three senders, each on its whole way; what no stand-in plays is left out and said."""

from datetime import datetime

from daemon.demo import highlevel_scene, subscriptionflow_scene, upsales_scene
from daemon.demo.other_senders import HIGHLEVEL, SUBSCRIPTIONFLOW, UPSALES
from daemon.demo.stage import Stage

SCENES = {
    HIGHLEVEL: highlevel_scene.play,
    SUBSCRIPTIONFLOW: subscriptionflow_scene.play,
    UPSALES: upsales_scene.play,
}


async def play(stage: Stage, now: datetime) -> None:
    """Each sender whose stand-in runs."""
    stage.screen.chapter("4  Three other senders, played by their stand-ins   (SIMULATOR)")
    missing = [sender for sender in SCENES if sender not in stage.stand_ins]
    if missing:
        stage.screen.line()
        stage.screen.labelled("left out", [f"{', '.join(missing)}: no stand-in of them runs here"])
    for sender, scene in SCENES.items():
        if sender in stage.stand_ins:
            await scene(stage, now)
