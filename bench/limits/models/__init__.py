"""What models that learn on the chain cost in gas, beside the contracts they were modelled on."""
