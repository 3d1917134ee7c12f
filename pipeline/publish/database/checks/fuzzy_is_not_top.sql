-- An enterprise that must be identified first stands in the top tier.
SELECT enterprise_id FROM risk WHERE verify_identity_first AND tier = 'D'
