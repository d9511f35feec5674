# The lab, and what it serves: run by ./dev lab, not by make.
EXTRA_DIST += \
	tests/lab/README.md \
	tests/lab/agents.py \
	tests/lab/ami.py \
	tests/lab/fixtures \
	tests/lab/judge.py \
	tests/lab/lab \
	tests/lab/provider.py \
	tests/lab/relay.py \
	tests/lab/asterisk/asterisk.conf \
	tests/lab/asterisk/extensions.conf \
	tests/lab/asterisk/logger.conf \
	tests/lab/asterisk/manager.conf \
	tests/lab/asterisk/modules.conf \
	tests/lab/asterisk/pjsip.conf \
	tests/lab/asterisk/rtp.conf \
	tests/lab/asterisk/websocket_client.conf \
	tests/lab/cases/10_servers.sh \
	tests/lab/cases/20_routes.sh \
	tests/lab/cases/30_outcomes.sh \
	tests/lab/cases/40_forms.sh \
	tests/lab/cases/50_hostile.sh \
	tests/lab/cases/60_outage.sh \
	tests/lab/cases/70_odbc.sh \
	tests/lab/cases/80_chain.sh \
	tests/lab/cases/81_trouble.sh \
	tests/lab/cases/82_stall.sh \
	tests/lab/cases/83_operators.sh \
	tests/lab/cases/84_modes.sh \
	tests/lab/cases/85_drift.sh \
	tests/lab/cases/86_carriers.sh \
	tests/lab/cases/89_history.sh \
	tests/lab/cases/90_lifecycle.sh \
	tests/lab/cases/92_gaps.sh \
	tests/lab/cases/93_shared_view.sh \
	tests/lab/cases/94_raw.sh \
	tests/lab/cases/95_readme.sh \
	tests/lab/lib/call.sh \
	tests/lab/lib/cases.sh \
	tests/lab/lib/common.sh \
	tests/lab/lib/init \
	tests/lab/lib/modes.sh \
	tests/lab/lib/namespace.sh \
	tests/lab/lib/record.sh \
	tests/lab/lib/root.sh \
	tests/lab/lib/screen.sh \
	tests/lab/lib/servers.sh \
	tests/lab/lib/store.sh \
	tests/lab/lib/tmux.conf \
	tests/lab/sipp/call.xml \
	tests/lab/sipp/hold.xml \
	tests/data/ami/lab_answered_audiosocket.ami \
	tests/data/ami/lab_answered_websocket.ami \
	tests/data/ami/lab_busy.ami \
	tests/data/ami/lab_cancelled.ami \
	tests/data/ami/lab_hostile.ami \
	tests/data/ami/lab_hostile_frame.ami \
	tests/data/ami/lab_no_answer.ami \
	tests/data/ami/lab_unmapped.ami \
	tests/data/ami/lab_unreachable.ami \
	tests/data/ami/lab_unreachable_websocket.ami \
	data/asterisk/manager_trunkdeck_split.conf

EXTRA_DIST += tests/lab/cases/21_user_parameters.sh tests/lab/cases/51_texts.sh tests/lab/cases/86_doctor.sh tests/lab/cases/87_cut.sh tests/lab/cases/87_pages.sh \
	tests/lab/cases/87_test_call.sh tests/lab/cases/88_setup.sh tests/lab/cases/92_reach.sh tests/lab/cases/93_hangup.sh \
	tests/lab/cases/93_scan.sh

EXTRA_DIST += tests/lab/asterisk/features.conf tests/lab/cases/91_transfers.sh tests/data/ami/lab_attended_transfer.ami \
	tests/data/ami/lab_attended_transfer_busy.ami tests/data/ami/lab_blind_transfer.ami \
	tests/data/ami/lab_blind_transfer_busy.ami tests/data/ami/lab_hold.ami tests/data/ami/lab_local.ami \
	tests/data/ami/lab_redirect.ami
